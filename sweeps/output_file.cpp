#include "sweeps/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "sweeps/error.h"

namespace missmodal {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as Linux counts them

// Unlike any other of this machine's processes and threads.
fs::path name_beside(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.parent_path() /
         fmt::format(".{}.{}-{}.partial", target.filename().string(), ::getpid(), counter++);
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// The file behind links, which need not exist yet: link by link, since weakly_canonical() stops at one that
// dangles.
fs::path link_followed(const fs::path& path) {
  std::error_code error;
  fs::path target = path;
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, error)); ++links) {
    const fs::path next = fs::read_symlink(target, error);
    if (error || links == kMostLinks) throw InputError(path.string(), "cannot be written: too many links");
    target = folder_of(target) / next;  // of an absolute path the path itself
  }
  return target;
}

void refuse_what_is_there(const fs::path& path, const fs::path& target, std::span<const fs::path> inputs) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (fs::is_directory(status) || target.filename().empty()) throw InputError(path.string(), "is a folder");
  if (!fs::exists(status)) return;
  if (!fs::is_regular_file(status)) throw InputError(path.string(), "is not a regular file");
  for (const fs::path& input : inputs) {
    if (fs::equivalent(target, input, error)) {
      throw InputError(path.string(),
                       fmt::format("is the input {} itself; write to another file", input.string()));
    }
  }
  if (::faccessat(AT_FDCWD, target.c_str(), W_OK, AT_EACCESS) != 0) {
    throw InputError(path.string(), fmt::format("cannot be written: {}", std::strerror(errno)));
  }
}

// What the user can mend by another name or other permissions.
bool is_mistake(int code) {
  return code == ENOENT || code == ENOTDIR || code == EACCES || code == EPERM || code == EROFS ||
         code == ENAMETOOLONG || code == ELOOP;
}

void write_all(int descriptor, const char* bytes, std::size_t size, const OutputFile& file) {
  while (size > 0) {
    const ssize_t done = ::write(descriptor, bytes, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      throw RunError(fmt::format("{}: write: {}", file.path().string(), std::strerror(errno)));
    }
    bytes += done;
    size -= static_cast<std::size_t>(done);
  }
}

}  // namespace

OutputFile::OutputFile(fs::path path, std::span<const fs::path> inputs)
    : path_(std::move(path)), target_(link_followed(path_)) {
  refuse_what_is_there(path_, target_, inputs);
  open_aside();
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::open_aside() {
  const fs::path folder = folder_of(target_);
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  const fs::path temporary = name_beside(target_);
  if (descriptor_ >= 0 && ::access(aside().c_str(), F_OK) == 0) {
    // The name that commit() will need for a moment is tried as well.
    struct stat status {};
    if (::lstat(temporary.c_str(), &status) == 0 || errno == ENOENT) return;
  }
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  descriptor_ = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ >= 0) {
    temporary_ = temporary;
    return;
  }
  const int code = errno;
  if (!is_mistake(code)) fail("open", code);
  throw InputError(path_.string(), fmt::format("cannot be written: {}", std::strerror(code)));
}

void OutputFile::fail(const char* call, int code) const {
  throw RunError(fmt::format("{}: {}: {}", path_.string(), call, std::strerror(code)));
}

fs::path OutputFile::aside() const {
  return temporary_.empty() ? fs::path(fmt::format("/proc/self/fd/{}", descriptor_)) : temporary_;
}

void OutputFile::append(const void* bytes, std::size_t size) {
  write_all(descriptor_, static_cast<const char*>(bytes), size, *this);
}

void OutputFile::replace_start(const void* bytes, std::size_t size) {
  if (::lseek(descriptor_, 0, SEEK_SET) != 0) fail("lseek", errno);
  write_all(descriptor_, static_cast<const char*>(bytes), size, *this);
}

void OutputFile::commit() {
  if (::fsync(descriptor_) != 0) fail("fsync", errno);
  if (temporary_.empty()) {
    const fs::path name = name_beside(target_);
    if (::linkat(AT_FDCWD, aside().c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
      fail("linkat", errno);
    }
    temporary_ = name;
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("close", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("rename", errno);
  temporary_.clear();
  const int folder = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) fail("open its folder", errno);
  const int synced = ::fsync(folder);
  const int code = errno;
  ::close(folder);
  if (synced != 0 && code != EINVAL) fail("fsync its folder", code);  // EINVAL: the file system has none
}

}  // namespace missmodal
