#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kBuffer = 1 << 20;
constexpr std::size_t kAlignment = 8;  // of the first tensor's bytes; the header is filled up with spaces
constexpr std::size_t kLongestHeader = 100'000'000;

// Beside `path`, and unlike any other of this machine's processes and threads.
std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  const std::string file = fmt::format(".{}.{}-{}.partial", path.filename().string(), ::getpid(), counter++);
  return path.parent_path() / file;
}

}  // namespace

struct SafetensorsWriter::File {
  std::filesystem::path path;
  std::filesystem::path temporary;
  int descriptor = -1;
  std::vector<Declaration> declarations;
  std::map<std::string, std::string> metadata;
  std::size_t header_size = 0;  // with the eight bytes that announce it
  std::uint64_t expected = 0;
  std::uint64_t written = 0;
  std::vector<char> buffer;

  ~File() {
    if (descriptor >= 0) ::close(descriptor);
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }

  [[noreturn]] void fail(const char* call, int code) const {
    throw RunError(fmt::format("{}: {}: {}", path.string(), call, std::strerror(code)));
  }

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

  void put(const char* bytes, std::size_t size) {
    while (size > 0) {
      const ssize_t done = ::write(descriptor, bytes, size);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail("write", errno);
      bytes += done;
      size -= static_cast<std::size_t>(done);
    }
  }

  void flush() {
    put(buffer.data(), buffer.size());
    buffer.clear();
  }
};

SafetensorsWriter::SafetensorsWriter(std::filesystem::path path, std::vector<Declaration> tensors,
                                     std::map<std::string, std::string> metadata)
    : file_(std::make_unique<File>()) {
  file_->path = std::move(path);
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
  if (header.size() > kLongestHeader) {
    throw InputError(file_->path.string(), "its names and texts are past 100 MB, the format's limit");
  }
  if (std::filesystem::is_directory(file_->path)) throw InputError(file_->path.string(), "is a folder");
  const std::filesystem::path temporary = temporary_beside(file_->path);
  file_->descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_->descriptor < 0) {
    const int code = errno;
    if (code == ENOENT || code == ENOTDIR || code == EACCES) {
      throw InputError(file_->path.string(), fmt::format("cannot be written: {}", std::strerror(code)));
    }
    file_->fail("open", code);
  }
  file_->temporary = temporary;
  file_->header_size = header.size();
  file_->put(header.data(), header.size());
}

SafetensorsWriter::~SafetensorsWriter() = default;

void SafetensorsWriter::write(const void* bytes, std::size_t size) {
  file_->written += size;
  MISSMODAL_CHECK(file_->written <= file_->expected);
  if (file_->buffer.size() + size > kBuffer) file_->flush();
  const char* from = static_cast<const char*>(bytes);
  if (size >= kBuffer) {
    file_->put(from, size);
  } else {
    file_->buffer.insert(file_->buffer.end(), from, from + size);
  }
}

void SafetensorsWriter::replace_metadata(const std::string& key, const std::string& value) {
  std::string& old = file_->metadata.at(key);
  MISSMODAL_CHECK(old.size() == value.size());
  old = value;
}

void SafetensorsWriter::finish() {
  MISSMODAL_CHECK(file_->written == file_->expected);
  file_->flush();
  const std::string header = file_->header();
  MISSMODAL_CHECK(header.size() == file_->header_size);
  if (::lseek(file_->descriptor, 0, SEEK_SET) != 0) file_->fail("lseek", errno);
  file_->put(header.data(), header.size());
  if (::fsync(file_->descriptor) != 0) file_->fail("fsync", errno);
  if (::close(std::exchange(file_->descriptor, -1)) != 0) file_->fail("close", errno);
  if (::rename(file_->temporary.c_str(), file_->path.c_str()) != 0) file_->fail("rename", errno);
  file_->temporary.clear();
  const std::filesystem::path folder = file_->path.parent_path();
  const int opened = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) file_->fail("open its folder", errno);
  const int synced = ::fsync(opened);
  const int code = errno;
  ::close(opened);
  if (synced != 0 && code != EINVAL)
    file_->fail("fsync its folder", code);  // EINVAL: the file system has none
}

}  // namespace missmodal::trainer
