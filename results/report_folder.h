#pragma once
// The folder that `missmodal-report all -o` leaves.

#include <filesystem>
#include <string>
#include <vector>

namespace missmodal::results {

struct ReportFile {
  std::string name;  // within the folder
  std::string bytes;
};

// Makes the folder, or writes into one that it made before: every file is written aside and renamed, in the
// order given; those of an earlier report that are no longer in it go, and files of others stay.
// `.missmodal-report` lists what is the report's. Throws InputError for a folder that holds files and no such
// list, and for what is no folder; RunError where the disk fails.
void write_report_folder(const std::filesystem::path& folder, const std::vector<ReportFile>& files);

}  // namespace missmodal::results
