#include "trainer/data/safetensors/foreign_file.h"

#include <algorithm>

namespace missmodal::trainer {
namespace {

using std::string_view_literals::operator""sv;

struct Kind {
  std::string_view start;
  std::string_view text;
};

constexpr std::string_view kPickle =
    "is a pickle, not a safetensors file; `missmodal data import` makes a dataset of it";
constexpr Kind kKinds[] = {
    {"\x80\x02"sv, kPickle},
    {"\x80\x03"sv, kPickle},
    {"\x80\x04"sv, kPickle},
    {"\x80\x05"sv, kPickle},
    {"PK\x03\x04"sv, "is a zip archive, as PyTorch and numpy.savez write, not a safetensors file"},
    {"\x89HDF\r\n\x1a\n"sv, "is an HDF5 file, not a safetensors file"},
    {"\x93NUMPY"sv, "is an array of numpy.save, not a safetensors file"},
    {"\x1f\x8b"sv, "is compressed (gzip), not a safetensors file; unpack it first"},
    {"BZh"sv, "is compressed (bzip2), not a safetensors file; unpack it first"},
    {"\xfd"
     "7zXZ\0"sv,
     "is compressed (xz), not a safetensors file; unpack it first"},
    {"SQLite format 3\0"sv, "is a SQLite database, not a safetensors file"},
    {"version https://git-lfs"sv,
     "is a pointer of Git LFS, not the file itself; `git lfs pull` in its repository fetches it"},
};

constexpr std::size_t kLooked = 64;  // bytes
constexpr std::size_t kLength = 8;   // of the number that a safetensors file begins with

// That number holds zeros, which no text does, unless it is absurd: then of bytes 255, which no text has
// either.
bool is_text(std::string_view start) {
  return std::all_of(start.begin(), start.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f && byte != 0xff) || byte == '\t' || byte == '\n' || byte == '\r';
  });
}

}  // namespace

std::string_view foreign_file(std::span<const std::byte> bytes) {
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kLooked));
  for (const Kind& kind : kKinds) {
    if (start.starts_with(kind.start)) return kind.text;
  }
  if (start.size() < kLength || !is_text(start)) return "";
  return "is a text file, not a safetensors file";
}

}  // namespace missmodal::trainer
