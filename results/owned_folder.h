#pragma once
// A folder that a command makes, and may make again: it knows which files in it are its own.

#include <filesystem>
#include <set>
#include <string>

#include "sweeps/output_file.h"

namespace missmodal::results {

class OwnedFolder {
 public:
  // Makes the folder, or goes into one that such a command made before. `list` is the file that says so, and
  // names what is the command's (".missmodal-report"); `maker` is who, for people ("a report"). `names`: the
  // files that will be there. Throws InputError for a folder that holds files and no such list, and for what
  // is no folder; RunError where the disk fails.
  OwnedFolder(std::filesystem::path folder, std::string list, const std::string& maker,
              std::set<std::string> names);

  // Written aside and renamed. Precondition: one of `names`.
  OutputFile file(const std::string& name) const;

  // All are written: those that an earlier command left and that are no longer in it go. Files of others
  // stay.
  void finish();

 private:
  void write_list(const std::set<std::string>& names) const;

  std::filesystem::path folder_;
  std::string list_;
  std::set<std::string> names_;
  std::set<std::string> before_;
};

}  // namespace missmodal::results
