#include "trainer/data/pickle/source_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "sweeps/error.h"

namespace missmodal::trainer {
SourceFile::SourceFile(const std::filesystem::path& path) : name_(path.string()) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw InputError(name_, fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw InputError(name_, "is not a regular file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

SourceFile::~SourceFile() {
  digest_.reset();  // it reads
  ::close(descriptor_);
}

void SourceFile::fail(std::uint64_t offset, const std::string& reason) const {
  throw InputError(fmt::format("{}: byte {}", name_, offset), reason);
}

void SourceFile::read(std::uint64_t offset, void* out, std::size_t size) const {
  if (offset > size_ || size > size_ - offset) fail(size_, "the file ends too early");
  char* to = static_cast<char*>(out);
  while (size > 0) {
    const ssize_t got = ::pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw RunError(fmt::format("{}: pread at byte {}: {}", name_, offset, std::strerror(errno)));
    if (got == 0) fail(offset, "the file became shorter while it was read");
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

void SourceFile::start_digest() {
  digest_ = std::make_unique<DigestThread>(
      [this](std::uint64_t offset, void* out, std::size_t size) { read(offset, out, size); }, size_);
}

Digest SourceFile::finish_digest() {
  MISSMODAL_CHECK(digest_ != nullptr);
  const Digest digest = digest_->finish();
  digest_.reset();
  return digest;
}

}  // namespace missmodal::trainer
