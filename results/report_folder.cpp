#include "results/report_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>

#include "sweeps/error.h"
#include "sweeps/output_file.h"

namespace missmodal::results {

namespace {

constexpr const char* kList = ".missmodal-report";

void write(const std::filesystem::path& file, const std::string& bytes) {
  OutputFile output(file);
  output.append(bytes.data(), bytes.size());
  output.commit();
}

// The names that an earlier report left; those that lead out of the folder are not its own.
std::set<std::string> listed(const std::filesystem::path& folder) {
  std::set<std::string> names;
  std::ifstream list(folder / kList);
  for (std::string name; std::getline(list, name);) {
    if (!name.empty() && name[0] != '.' && name.find('/') == std::string::npos) names.insert(name);
  }
  return names;
}

std::string list_of(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += name + "\n";
  return text;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder))
    throw InputError(folder.string(), error ? "cannot be made a folder: " + error.message() : "is no folder");
  const bool ours = std::filesystem::exists(folder / kList);
  if (!ours && std::filesystem::directory_iterator(folder) != std::filesystem::directory_iterator())
    throw InputError(folder.string(),
                     "holds files, and none that says a report made it; give a new or empty folder");
}

}  // namespace

void write_report_folder(const std::filesystem::path& folder, const std::vector<ReportFile>& files) {
  make_folder(folder);
  const std::set<std::string> before = listed(folder);
  std::set<std::string> now;
  for (const ReportFile& file : files) now.insert(file.name);
  // The list first, of both: whatever happens in between, a later report knows what is its own.
  std::set<std::string> both = before;
  both.insert(now.begin(), now.end());
  write(folder / kList, list_of(both));
  for (const ReportFile& file : files) write(folder / file.name, file.bytes);
  for (const std::string& name : before) {
    std::error_code ignored;
    if (!now.contains(name)) std::filesystem::remove(folder / name, ignored);
  }
  write(folder / kList, list_of(now));
}

}  // namespace missmodal::results
