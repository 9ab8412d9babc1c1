#include "trainer/data/pickle/array_bytes.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint64_t kIndexStep = 64 << 10;
constexpr std::uint64_t kPiece = 256 << 10;

// A piece of at most `most` bytes: short texts are many.
std::vector<unsigned char> piece_for(std::uint64_t most) {
  return std::vector<unsigned char>(static_cast<std::size_t>(std::min(kPiece, most)));
}

}  // namespace

ArrayBytes::ArrayBytes(SourceFile& file, PickleChars chars) : file_(&file), chars_(std::move(chars)) {
  if (!chars_.in_file) {
    size_ = chars_.here.size();
  } else if (chars_.encoding == PickleChars::Encoding::raw) {
    size_ = chars_.length;
  } else {
    index_text();
  }
}

// A byte below 128 is one byte of UTF-8, any other is C2 or C3 and a continuation.
void ArrayBytes::index_text() {
  std::vector<unsigned char> piece = piece_for(chars_.length);
  bool second = false;
  for (std::uint64_t done = 0; done < chars_.length;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), chars_.length - done));
    file_->read(chars_.offset + done, piece.data(), size);
    for (std::size_t i = 0; i < size; ++i) {
      const unsigned char c = piece[i];
      const bool valid = second ? (c & 0xC0U) == 0x80 : c < 0x80 || c == 0xC2 || c == 0xC3;
      if (!valid)
        file_->fail(chars_.offset + done + i, "a text that stands for bytes holds a character past 255");
      if (!second) {
        if (size_ % kIndexStep == 0) index_.push_back(done + i);
        ++size_;
      }
      second = !second && c >= 0x80;
    }
    done += size;
  }
  if (second)
    file_->fail(chars_.offset + chars_.length, "a text that stands for bytes ends inside a character");
}

void ArrayBytes::read(std::uint64_t position, void* out, std::size_t size) {
  MISSMODAL_CHECK(position <= size_ && size <= size_ - position);
  if (size == 0) return;
  if (!chars_.in_file) {
    std::memcpy(out, chars_.here.data() + position, size);
  } else if (chars_.encoding == PickleChars::Encoding::raw) {
    file_->read(chars_.offset + position, out, size);
  } else {
    read_text(position, static_cast<char*>(out), size);
  }
}

void ArrayBytes::read_text(std::uint64_t position, char* out, std::size_t size) {
  std::uint64_t skip = position % kIndexStep;
  std::uint64_t from = index_[static_cast<std::size_t>(position / kIndexStep)];
  std::vector<unsigned char> piece = piece_for(std::min(chars_.length - from, 2 * (skip + size) + 1));
  unsigned char lead = 0;
  while (size > 0) {
    const auto got = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), chars_.length - from));
    if (got == 0) file_->fail(chars_.offset + from, "the file changed while it was read");
    file_->read(chars_.offset + from, piece.data(), got);
    for (std::size_t i = 0; i < got && size > 0; ++i) {
      const unsigned char c = piece[i];
      if (lead == 0 && c >= 0x80) {
        lead = c;
        continue;
      }
      const unsigned value = lead == 0 ? c : (lead & 0x03U) << 6 | (c & 0x3FU);
      lead = 0;
      if (skip > 0) {
        --skip;
        continue;
      }
      *out++ = static_cast<char>(value);
      --size;
    }
    from += got;
  }
}

}  // namespace missmodal::trainer
