#include "results/owned_folder.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

// The names in a list; those that lead out of the folder are not its own.
std::set<std::string> listed(const std::filesystem::path& file) {
  std::set<std::string> names;
  std::ifstream list(file);
  for (std::string name; std::getline(list, name);) {
    if (!name.empty() && name[0] != '.' && name.find('/') == std::string::npos) names.insert(name);
  }
  return names;
}

void make_folder(const std::filesystem::path& folder, const std::string& list, const std::string& maker) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder))
    throw InputError(folder.string(), error ? "cannot be made a folder: " + error.message() : "is no folder");
  const bool ours = std::filesystem::exists(folder / list);
  if (!ours && std::filesystem::directory_iterator(folder) != std::filesystem::directory_iterator()) {
    throw InputError(
        folder.string(),
        fmt::format("holds files, and none that says {} made it; give a new or empty folder", maker));
  }
}

}  // namespace

OwnedFolder::OwnedFolder(std::filesystem::path folder, std::string list, const std::string& maker,
                         std::set<std::string> names)
    : folder_(std::move(folder)), list_(std::move(list)), names_(std::move(names)) {
  make_folder(folder_, list_, maker);
  before_ = listed(folder_ / list_);
  // The list first, of both: whatever happens in between, a later command knows what is its own.
  std::set<std::string> both = before_;
  both.insert(names_.begin(), names_.end());
  write_list(both);
}

OutputFile OwnedFolder::file(const std::string& name) const {
  MISSMODAL_CHECK(names_.contains(name));
  return OutputFile(folder_ / name);
}

void OwnedFolder::finish() {
  for (const std::string& name : before_) {
    std::error_code ignored;
    if (!names_.contains(name)) std::filesystem::remove(folder_ / name, ignored);
  }
  write_list(names_);
}

void OwnedFolder::write_list(const std::set<std::string>& names) const {
  OutputFile output(folder_ / list_);
  for (const std::string& name : names) output.append((name + "\n").data(), name.size() + 1);
  output.commit();
}

}  // namespace missmodal::results
