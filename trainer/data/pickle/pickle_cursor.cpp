#include "trainer/data/pickle/pickle_cursor.h"

#include <fmt/format.h>

#include <algorithm>

namespace missmodal::trainer {
namespace {

constexpr std::uint64_t kBuffer = 64 << 10;
constexpr std::uint64_t kLongString = 1024;       // longer strings stay in the file
constexpr std::uint64_t kKeptStrings = 64 << 20;  // so do all, once this much is in memory
constexpr std::size_t kLongestLine = 64 << 10;

}  // namespace

void PickleCursor::require(std::uint64_t length) const {
  if (length > remaining()) {
    fail(fmt::format("{} bytes are announced, but only {} are left: truncated or damaged", length,
                     remaining()));
  }
}

std::uint8_t PickleCursor::byte() {
  if (position_ < buffered_from_ || position_ >= buffered_from_ + buffer_.size()) {
    require(1);
    buffer_.resize(static_cast<std::size_t>(std::min(kBuffer, remaining())));
    file_.read(position_, buffer_.data(), buffer_.size());
    buffered_from_ = position_;
  }
  return static_cast<std::uint8_t>(buffer_[static_cast<std::size_t>(position_++ - buffered_from_)]);
}

std::uint64_t PickleCursor::little_endian(int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(byte()) << (8 * i);
  return value;
}

std::uint64_t PickleCursor::big_endian(int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | byte();
  return value;
}

std::string PickleCursor::line() {
  std::string text;
  for (char c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) {
    if (text.size() == kLongestLine) fail("a line of text is too long");
    text += c;
  }
  return text;
}

std::string PickleCursor::take(std::uint64_t length) {
  require(length);
  std::string text(static_cast<std::size_t>(length), '\0');
  for (char& c : text) c = static_cast<char>(byte());
  return text;
}

PickleChars PickleCursor::chars(std::uint64_t length) {
  require(length);
  PickleChars chars;
  if (length <= kLongString && kept_ + length <= kKeptStrings) {
    chars.here = take(length);
    kept_ += length;
    return chars;
  }
  chars.in_file = true;
  chars.offset = position_;
  chars.length = length;
  position_ += length;
  return chars;
}

}  // namespace missmodal::trainer
