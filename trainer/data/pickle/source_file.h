#pragma once
// A file read by position, in pieces of any size, with the SHA-256 of the whole computed meanwhile.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "sweeps/sha256.h"
#include "trainer/data/pickle/digest_thread.h"

namespace missmodal::trainer {

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
  void read(std::uint64_t offset, void* out, std::size_t size) const;  // thread-safe

  // The SHA-256 of the whole file, computed by a thread of its own meanwhile.
  void start_digest();
  Digest finish_digest();
  std::uint64_t digested() const { return digest_->done(); }  // bytes; precondition: started, not finished

  [[noreturn]] void fail(std::uint64_t offset,
                         const std::string& reason) const;  // InputError "name: byte offset"

 private:
  std::string name_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::unique_ptr<DigestThread> digest_;
};

}  // namespace missmodal::trainer
