#include "results/file_system.h"

#include <fmt/format.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>

#include "sweeps/error.h"

namespace missmodal::results {

std::string_view network_file_system_name(unsigned long type) {
  switch (type & 0xffffffffUL) {  // f_type is signed on some machines
    case 0x6969:
      return "nfs";
    case 0x517b:
      return "smb";
    case 0xff534d42:
      return "cifs";
    case 0xfe534d42:
      return "smb2";
    case 0x0bd00bd0:
      return "lustre";
    case 0x47504653:
      return "gpfs";
    case 0x19830326:
      return "beegfs";
    case 0x00c36400:
      return "ceph";
    case 0x20030528:
      return "orangefs";
    case 0x65735546:
      return "fuse";
    case 0x01021997:
      return "9p";
    case 0x5346414f:
      return "afs";
    case 0x7461636f:
      return "ocfs2";
    case 0x01161970:
      return "gfs2";
    default:
      return "";
  }
}

std::string_view network_file_system(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  struct statfs status {};
  if (statfs(folder.c_str(), &status) != 0) {
    throw RunError(fmt::format("{}: statfs: {}", folder.string(), std::strerror(errno)));
  }
  return network_file_system_name(static_cast<unsigned long>(status.f_type));
}

}  // namespace missmodal::results
