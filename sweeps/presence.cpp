#include "sweeps/presence.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "sweeps/error.h"

namespace missmodal {

bool is_there(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  throw InputError(path.string(), std::string("cannot be opened: ") + std::strerror(errno));
}

}  // namespace missmodal
