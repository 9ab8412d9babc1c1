#pragma once
// Reads a pickle's opcodes and their arguments from a file, front to back, through a small buffer; long
// strings are stepped over, not read.

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

class PickleCursor {
 public:
  explicit PickleCursor(SourceFile& file) : file_(file) {}

  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return file_.size() - position_; }

  std::uint8_t byte();
  std::uint64_t little_endian(int bytes);  // 1 to 8
  std::uint64_t big_endian(int bytes);
  std::string line();  // up to the newline, which is consumed; at most 64 KiB
  std::string take(std::uint64_t length);
  PickleChars chars(std::uint64_t length);  // kept in the file if long

  [[noreturn]] void fail(const std::string& reason) const { fail_at(position_, reason); }
  [[noreturn]] void fail_at(std::uint64_t offset, const std::string& reason) const {
    file_.fail(offset, reason);
  }

 private:
  void require(std::uint64_t length) const;

  SourceFile& file_;
  std::uint64_t position_ = 0;
  std::uint64_t buffered_from_ = 0;
  std::vector<char> buffer_;
  std::uint64_t kept_ = 0;  // bytes of strings held in memory so far
};

}  // namespace missmodal::trainer
