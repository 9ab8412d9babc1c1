#include "trainer/data/character.h"

#include <cstddef>

#include "sweeps/text_encoding.h"

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
  return sweeps::utf8_prefix(text) == text.size();
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
