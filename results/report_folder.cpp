#include "results/report_folder.h"

#include <set>

#include "results/owned_folder.h"

namespace missmodal::results {

void write_report_folder(const std::filesystem::path& folder, const std::vector<ReportFile>& files) {
  std::set<std::string> names;
  for (const ReportFile& file : files) names.insert(file.name);
  OwnedFolder owned(folder, ".missmodal-report", "a report", names);
  for (const ReportFile& file : files) {
    OutputFile output = owned.file(file.name);
    output.append(file.bytes.data(), file.bytes.size());
    output.commit();
  }
  owned.finish();
}

}  // namespace missmodal::results
