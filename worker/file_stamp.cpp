#include "worker/file_stamp.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sweeps/error.h"

namespace missmodal::worker {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not hold us
  if (descriptor < 0) {
    if (errno == ENOENT) return std::nullopt;
    throw RunError(fmt::format("{}: cannot be opened: {}", path.string(), std::strerror(errno)));
  }
  struct stat status {};
  const int failed = ::fstat(descriptor, &status);
  const int code = errno;
  ::close(descriptor);
  if (failed != 0) throw RunError(fmt::format("{}: fstat: {}", path.string(), std::strerror(code)));
  return FileStamp{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
                   nanoseconds(status.st_ctim)};
}

bool written_in_place(const FileStamp& before, const std::optional<FileStamp>& now) {
  return now && now->device == before.device && now->inode == before.inode &&
         (now->size != before.size || now->modified_ns != before.modified_ns);
}

}  // namespace missmodal::worker
