#pragma once
// A file read by position, in pieces of any size, with the SHA-256 of the whole computed on the way.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "sweeps/sha256.h"
#include "trainer/data/pickle/digest_thread.h"

namespace missmodal::trainer {

// Not thread-safe: the digest follows the reads.
class SourceFile {
 public:
  // Throws InputError where there is no such file, or it is not a regular one.
  explicit SourceFile(const std::filesystem::path& path);
  ~SourceFile();
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }

  // Throws InputError where the file ends before offset + size, RunError where the disk fails.
  void read(std::uint64_t offset, void* out, std::size_t size);

  // From here to finish_digest() every read also feeds the digest; what a read skips is read and hashed
  // first. So reads in the file's order hash the whole file without reading anything twice.
  void start_digest();
  Digest finish_digest();
  std::uint64_t digested() const { return digested_; }

  [[noreturn]] void fail(std::uint64_t offset,
                         const std::string& reason) const;  // InputError "name: byte offset"

 private:
  void read_at(std::uint64_t offset, void* out, std::size_t size);
  void digest_up_to(std::uint64_t offset);

  std::string name_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::unique_ptr<DigestThread> digest_;
  std::uint64_t digested_ = 0;  // bytes from the start that the digest has seen
};

}  // namespace missmodal::trainer
