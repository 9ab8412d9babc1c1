#pragma once
// The safetensors container: 8 bytes little-endian header length, a JSON header, then the tensors' bytes.
// The reader maps the file and checks every offset, so what it hands out cannot point outside. Without
// LibTorch.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/output_file.h"

namespace missmodal::trainer {

enum class DType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL };
std::size_t size_of(DType dtype);
std::string_view name(DType dtype);

struct TensorView {
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
  std::int64_t elements() const;
};

// Thread-safe once open. Views and spans live as long as the object.
class SafetensorsFile {
 public:
  // Throws InputError naming the file, and the tensor where one is at fault: truncated, header longer than
  // the file, overlap, gap, offset past the end, bytes that do not fit dtype and shape, duplicate name, not
  // JSON.
  explicit SafetensorsFile(const std::filesystem::path& path);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;

  const std::filesystem::path& path() const;
  const std::map<std::string, TensorView>& tensors() const;
  const std::map<std::string, std::string>& metadata() const;

  const TensorView& tensor(const std::string& name) const;  // InputError if absent
  // Throws InputError if absent, of another dtype, or of another rank than `rank`.
  std::span<const float> floats(const std::string& name, std::size_t rank) const;
  std::span<const std::int32_t> ints(const std::string& name, std::size_t rank) const;
  const std::string& metadata(const std::string& key) const;  // InputError if absent

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

// "(128, 64)"
std::string shape_text(const std::vector<std::int64_t>& shape);
bool is_floating(DType dtype);

// Writes an OutputFile: whole and on the disk, or not there at all. The shapes come first, the bytes of each
// tensor then in the order declared, in pieces of any size; so that a tensor never has to fit in memory. Same
// calls, same bytes. Destroyed without finish(): nothing stays behind.
class SafetensorsWriter {
 public:
  struct Declaration {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
  };
  // `metadata` values may still be replaced before finish() by text of the same length (a digest known at the
  // end).
  SafetensorsWriter(OutputFile output, std::vector<Declaration> tensors,
                    std::map<std::string, std::string> metadata);
  ~SafetensorsWriter();
  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

  void write(const void* bytes, std::size_t size);  // RunError on a full disk
  void replace_metadata(const std::string& key, const std::string& value);
  // Every byte, to be read back under the path it returns. Precondition: every declared byte was written.
  std::filesystem::path complete();
  void commit();  // after complete()
  void finish();  // both

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace missmodal::trainer
