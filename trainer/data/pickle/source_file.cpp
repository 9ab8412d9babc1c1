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
namespace {

constexpr std::size_t kDigestPiece = std::size_t{1} << 20;

}  // namespace

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
  ::close(descriptor_);
}

void SourceFile::fail(std::uint64_t offset, const std::string& reason) const {
  throw InputError(fmt::format("{}: byte {}", name_, offset), reason);
}

void SourceFile::read_at(std::uint64_t offset, void* out, std::size_t size) {
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

void SourceFile::read(std::uint64_t offset, void* out, std::size_t size) {
  if (digest_) digest_up_to(std::min(offset, size_));
  read_at(offset, out, size);
  const std::uint64_t end = offset + size;
  if (digest_ && end > digested_) {
    const std::uint64_t seen = digested_ - offset;
    digest_->update(static_cast<const char*>(out) + seen, size - seen);
    digested_ = end;
  }
}

void SourceFile::start_digest() {
  digest_ = std::make_unique<DigestThread>();
  digested_ = 0;
}

void SourceFile::digest_up_to(std::uint64_t offset) {
  if (digested_ >= offset) return;
  std::vector<char> piece(
      static_cast<std::size_t>(std::min<std::uint64_t>(kDigestPiece, offset - digested_)));
  while (digested_ < offset) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), offset - digested_));
    read_at(digested_, piece.data(), size);
    digest_->update(piece.data(), size);
    digested_ += size;
  }
}

Digest SourceFile::finish_digest() {
  MISSMODAL_CHECK(digest_ != nullptr);
  digest_up_to(size_);
  const Digest digest = digest_->finish();
  digest_.reset();
  return digest;
}

}  // namespace missmodal::trainer
