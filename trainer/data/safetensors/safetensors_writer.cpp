#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kBuffer = 1 << 20;
constexpr std::size_t kUnbuffered = 32 << 10;  // pieces from this size on are written as they are
constexpr std::size_t kAlignment = 8;  // of the first tensor's bytes; the header is filled up with spaces
constexpr std::size_t kLongestWritten = 100'000'000;

}  // namespace

struct SafetensorsWriter::File {
  OutputFile output;
  std::vector<Declaration> declarations;
  std::map<std::string, std::string> metadata;
  std::size_t header_size = 0;  // with the eight bytes that announce it
  std::uint64_t expected = 0;
  std::uint64_t written = 0;
  std::vector<char> buffer;

  explicit File(OutputFile file) : output(std::move(file)) {}

  // Metadata first, then the tensors in the order of their bytes.
  std::string header() const {
    ordered_json root = ordered_json::object();
    if (!metadata.empty()) root["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const Declaration& tensor : declarations) {
      std::uint64_t end = size_of(tensor.dtype);
      for (const std::int64_t size : tensor.shape) end *= static_cast<std::uint64_t>(size);
      end += offset;
      root[tensor.name] = {
          {"dtype", name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
      offset = end;
    }
    std::string text = root.dump();
    text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
    const std::uint64_t size = text.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + text;
  }

  void flush() {
    if (buffer.empty()) return;
    output.append(buffer.data(), buffer.size());
    buffer.clear();
  }
};

SafetensorsWriter::SafetensorsWriter(OutputFile output, std::vector<Declaration> tensors,
                                     std::map<std::string, std::string> metadata)
    : file_(std::make_unique<File>(std::move(output))) {
  file_->declarations = std::move(tensors);
  file_->metadata = std::move(metadata);
  for (const Declaration& tensor : file_->declarations) {
    std::uint64_t bytes = size_of(tensor.dtype);
    for (const std::int64_t size : tensor.shape) {
      MISSMODAL_CHECK(size >= 0);
      bytes *= static_cast<std::uint64_t>(size);
    }
    file_->expected += bytes;
  }
  const std::string header = file_->header();
  if (header.size() > kLongestWritten) {
    throw InputError(file_->output.path().string(),
                     "its names and texts are past 100 MB, the format's limit");
  }
  file_->header_size = header.size();
  file_->output.append(header.data(), header.size());
}

SafetensorsWriter::~SafetensorsWriter() = default;

void SafetensorsWriter::write(const void* bytes, std::size_t size) {
  file_->written += size;
  MISSMODAL_CHECK(file_->written <= file_->expected);
  if (size >= kUnbuffered || file_->buffer.size() + size > kBuffer) file_->flush();
  const char* from = static_cast<const char*>(bytes);
  if (size >= kUnbuffered) {
    file_->output.append(from, size);
  } else {
    file_->buffer.insert(file_->buffer.end(), from, from + size);
  }
}

void SafetensorsWriter::replace_metadata(const std::string& key, const std::string& value) {
  std::string& old = file_->metadata.at(key);
  MISSMODAL_CHECK(old.size() == value.size());
  old = value;
}

std::filesystem::path SafetensorsWriter::complete() {
  MISSMODAL_CHECK(file_->written == file_->expected);
  file_->flush();
  const std::string header = file_->header();
  MISSMODAL_CHECK(header.size() == file_->header_size);
  file_->output.replace_start(header.data(), header.size());
  return file_->output.aside();
}

void SafetensorsWriter::commit() {
  file_->output.commit();
}

void SafetensorsWriter::finish() {
  complete();
  commit();
}

}  // namespace missmodal::trainer
