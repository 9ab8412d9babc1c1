#include "results/plain_text.h"

#include <cstdint>
#include <optional>

namespace missmodal::results {

namespace {

constexpr std::string_view kUnknown = "\xEF\xBF\xBD";   // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";  // U+2026

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};

// The character that the text begins with; nothing where it does not begin with well-formed UTF-8.
std::optional<Character> first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  if (byte(0) < 0x80) return Character{byte(0), 1};
  const std::size_t bytes = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < bytes) return std::nullopt;
  std::uint32_t code = byte(0) & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
  return Character{code, bytes};
}

// Also line and paragraph ends, and marks that reorder what stands around them (bidirectional text).
bool is_space(std::uint32_t code) {
  return code <= 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0x061C || code == 0xFEFF ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F);
}

}  // namespace

std::string plain_text(std::string_view text, std::size_t most) {
  std::string result;
  std::size_t characters = 0;
  std::size_t before_last = 0;  // where the last character begins: an ellipsis takes its place
  bool space = false;
  const auto append = [&](std::string_view character) {
    if (characters == most) return false;
    before_last = result.size();
    result += character;
    ++characters;
    return true;
  };
  while (!text.empty()) {
    const auto character = first_character(text);
    const std::size_t bytes = character ? character->bytes : 1;
    const std::string_view printed = character ? text.substr(0, bytes) : kUnknown;
    text.remove_prefix(bytes);
    if (character && is_space(character->code)) {
      space = characters > 0;
      continue;
    }
    if ((space && !append(" ")) || !append(printed)) {
      result.erase(before_last);
      return result.append(kEllipsis);
    }
    space = false;
  }
  return result;
}

}  // namespace missmodal::results
