#include "trainer/data/character.h"

#include <cstddef>

namespace missmodal::trainer {

std::optional<std::string> latin1_bytes(std::string_view utf8) {
  std::string bytes;
  bytes.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
      continue;
    }
    if ((lead != 0xC2 && lead != 0xC3) || i + 1 == utf8.size()) return std::nullopt;
    const auto next = static_cast<unsigned char>(utf8[++i]);
    if ((next & 0xC0U) != 0x80) return std::nullopt;
    bytes += static_cast<char>((lead & 0x03U) << 6 | (next & 0x3FU));
  }
  return bytes;
}

bool is_utf8(std::string_view text) {
  constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800,
                                         0x10000};  // by length: a shorter form would do below it
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || length > text.size() - i) return false;
    std::uint32_t character = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0U) != 0x80) return false;
      character = character << 6 | (next & 0x3FU);
    }
    const bool surrogate = character >= 0xD800 && character < 0xE000;
    if (character < kSmallest[length] || character > 0x10FFFF || surrogate) return false;
    i += length;
  }
  return true;
}

bool append_utf8(std::string& text, std::uint32_t character) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80U | (character >> shift & 0x3FU)); };
  if (character < 0x80) {
    text += static_cast<char>(character);
  } else if (character < 0x800) {
    text += {static_cast<char>(0xC0U | character >> 6), tail(0)};
  } else if (character >= 0xD800 && character < 0xE000) {
    return false;
  } else if (character < 0x10000) {
    text += {static_cast<char>(0xE0U | character >> 12), tail(6), tail(0)};
  } else if (character < 0x110000) {
    text += {static_cast<char>(0xF0U | character >> 18), tail(12), tail(6), tail(0)};
  } else {
    return false;
  }
  return true;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string shown(text.substr(0, kLongest));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (text.size() > kLongest) shown += "...";
  return shown;
}

}  // namespace missmodal::trainer
