#pragma once
// The data of one array, wherever the pickle keeps it: short, in memory; long, in the file as it is; or
// (protocol 2) in the file as text whose characters are the bytes, which an index makes readable from any
// position.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

class ArrayBytes {
 public:
  // Reads a text once to index and check it: InputError where a character past 255 occurs. `file` must
  // outlive this.
  ArrayBytes(SourceFile& file, PickleChars chars);

  std::uint64_t size() const { return size_; }
  std::uint64_t offset() const { return chars_.offset; }           // in the file; 0 for what is in memory
  void read(std::uint64_t position, void* out, std::size_t size);  // precondition: within size()

 private:
  void index_text();
  void read_text(std::uint64_t position, char* out, std::size_t size);

  SourceFile* file_;
  PickleChars chars_;
  std::uint64_t size_ = 0;
  std::vector<std::uint64_t> index_;  // where byte k * 64 Ki of the data begins, in the encoded text
};

}  // namespace missmodal::trainer
