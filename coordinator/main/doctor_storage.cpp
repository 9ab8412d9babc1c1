#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "coordinator/main/doctor_finding.h"

namespace missmodal::coordinator {
namespace {

constexpr double kGibibyte = 1024.0 * 1024 * 1024;
constexpr double kLowSpace = 2;  // GiB: room for a sweep's database and checkpoints
constexpr double kTooLittleSpace = 0.1;
constexpr int kStrictTables = 3037000;  // SQLite 3.37: CREATE TABLE ... STRICT

}  // namespace

Finding examine_disk(const std::filesystem::path& folder) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (error)
    return {"disk", Verdict::fail, folder.string() + ": " + error.message(), "choose another --path"};
  if (access(folder.c_str(), W_OK) != 0) {
    return {"disk", Verdict::fail, fmt::format("{}: not writable: {}", folder.string(), std::strerror(errno)),
            "choose another --path"};
  }
  const double free = static_cast<double>(space.available) / kGibibyte;
  const std::string text = fmt::format("{}: {:.1f} GiB free", folder.string(), free);
  if (free < kTooLittleSpace) return {"disk", Verdict::fail, text, "free some space"};
  if (free < kLowSpace)
    return {"disk", Verdict::warn, text, "free some space: a sweep with checkpoints may take it all"};
  return {"disk", Verdict::ok, text, ""};
}

// Numbers: statfs(2) and linux/magic.h.
FileSystem file_system_of(long type) {
  switch (static_cast<std::uint32_t>(type)) {
    case 0xEF53:
      return {"ext4", false};
    case 0x58465342:
      return {"xfs", false};
    case 0x9123683E:
      return {"btrfs", false};
    case 0x2FC12FC1:
      return {"zfs", false};
    case 0x01021994:
      return {"tmpfs", false};
    case 0x794C7630:
      return {"overlay", false};
    case 0x6969:
      return {"NFS", true};
    case 0x517B:
    case 0xFE534D42:
    case 0xFF534D42:
      return {"SMB", true};
    case 0x0BD00BD0:
      return {"Lustre", true};
    case 0x47504653:
      return {"GPFS", true};
    case 0x19830326:
      return {"BeeGFS", true};
    case 0x00C36400:
      return {"Ceph", true};
    case 0xAAD7AAEA:
      return {"PanFS", true};
    case 0x5346414F:
      return {"AFS", true};
    case 0x01021997:
      return {"9p", true};
    case 0x65735546:
      return {"FUSE", true};  // may be sshfs or gluster: the careful answer
    default:
      return {fmt::format("type {:#x}", static_cast<std::uint32_t>(type)), false};
  }
}

Finding examine_file_system(const std::filesystem::path& folder) {
  struct statfs status {};
  if (statfs(folder.c_str(), &status) != 0) {
    return {"file system", Verdict::fail, fmt::format("{}: {}", folder.string(), std::strerror(errno)),
            "choose another --path"};
  }
  const FileSystem found = file_system_of(status.f_type);
  if (!found.network) return {"file system", Verdict::ok, found.name, ""};
  return {"file system", Verdict::warn,
          found.name + ", shared with other hosts: the database will use the rollback journal instead of WAL",
          "keep the database on a local disk of the first host; data and checkpoints may be shared"};
}

Finding examine_sqlite() {
  const std::string version = sqlite3_libversion();
  if (sqlite3_libversion_number() >= kStrictTables) return {"SQLite", Verdict::ok, version, ""};
  return {"SQLite", Verdict::fail, version + ": has no STRICT tables", "install SQLite 3.37 or later"};
}

}  // namespace missmodal::coordinator
