#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "coordinator/main/doctor/doctor_finding.h"
#include "coordinator/main/doctor/doctor_judgement.h"
#include "results/file_system.h"
#include "results/lock_probe.h"
#include "sweeps/error.h"

namespace missmodal::coordinator {

Space free_space(const std::filesystem::path& folder) {
  constexpr double kGibibyte = 1024.0 * 1024 * 1024;
  if (access(folder.c_str(), W_OK) != 0) return {0, std::strerror(errno)};
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (error) return {0, error.message()};
  return {static_cast<double>(space.available) / kGibibyte, ""};
}

Finding examine_disk(const std::filesystem::path& folder) {
  const Space space = free_space(folder);
  if (space.trouble.empty()) return judge_space(folder.string(), space.gibibytes);
  return {"disk", Verdict::fail, fmt::format("{}: {}", folder.string(), space.trouble),
          "choose another folder with --path"};
}

Finding examine_file_system(const std::filesystem::path& folder) {
  try {
    const std::string_view network = results::network_file_system(folder / "sweep.db");
    std::string wrong;
    for (const auto lock : {results::lock_by_fcntl, results::lock_by_flock}) {
      if (!network.empty() && wrong.empty()) wrong = results::what_is_wrong_with_locks(folder, lock);
    }
    return judge_file_system(std::string(network), wrong);
  } catch (const RunError& error) {
    return {"file system", Verdict::fail, error.what(), "choose another folder with --path"};
  }
}

Finding examine_sqlite() {
  constexpr int kStrictTables = 3037000;
  const std::string version = sqlite3_libversion();
  if (sqlite3_libversion_number() >= kStrictTables) return {"SQLite", Verdict::ok, version, ""};
  return {"SQLite", Verdict::fail, version + ": has no STRICT tables", "install SQLite 3.37 or later"};
}

}  // namespace missmodal::coordinator
