#include "trainer/data/pickle/pickle_literal.h"

#include <charconv>
#include <cstddef>
#include <system_error>

#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

template <typename T>
bool parse_whole(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

// `digits` hexadecimal digits at `position`, which moves past them.
std::optional<std::uint32_t> hexadecimal(std::string_view text, std::size_t& position, std::size_t digits) {
  if (digits > text.size() - position) return std::nullopt;
  std::uint32_t value = 0;
  const char* begin = text.data() + position;
  const auto [stop, error] = std::from_chars(begin, begin + digits, value, 16);
  if (error != std::errc{} || stop != begin + digits) return std::nullopt;
  position += digits;
  return value;
}

}  // namespace

std::optional<std::int64_t> parse_integer_literal(std::string_view text) {
  if (!text.empty() && text.back() == 'L') text.remove_suffix(1);
  std::int64_t value = 0;
  if (!parse_whole(text, value)) return std::nullopt;
  return value;
}

std::optional<double> parse_float_literal(std::string_view text) {
  double value = 0;
  if (!parse_whole(text, value)) return std::nullopt;
  return value;
}

std::optional<std::string> parse_string_literal(std::string_view text) {
  if (text.size() < 2 || (text[0] != '\'' && text[0] != '"') || text.back() != text[0]) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c != '\\') {
      bytes += c;
      continue;
    }
    if (i == text.size()) return std::nullopt;
    const char escaped = text[i++];
    switch (escaped) {
      case 'n':
        bytes += '\n';
        break;
      case 'r':
        bytes += '\r';
        break;
      case 't':
        bytes += '\t';
        break;
      case '\\':
      case '\'':
      case '"':
        bytes += escaped;
        break;
      case 'x': {
        const auto value = hexadecimal(text, i, 2);
        if (!value) return std::nullopt;
        bytes += static_cast<char>(*value);
        break;
      }
      default:
        return std::nullopt;
    }
  }
  return bytes;
}

std::optional<std::string> parse_unicode_literal(std::string_view text) {
  std::string utf8;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i++]);
    const char next = c == '\\' && i < text.size() ? text[i] : '\0';
    if (next != 'u' && next != 'U') {
      append_utf8(utf8, c);
      continue;
    }
    const auto character = hexadecimal(text, ++i, next == 'u' ? 4 : 8);
    if (!character || !append_utf8(utf8, *character)) return std::nullopt;
  }
  return utf8;
}

std::optional<std::int64_t> parse_long(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const bool negative = (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  const unsigned char sign = negative ? 0xFF : 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i >= sizeof(value)) {
      if (byte != sign) return std::nullopt;
      continue;
    }
    const std::size_t shift = 8 * i;
    value = (value & ~(std::uint64_t{0xFF} << shift)) | static_cast<std::uint64_t>(byte) << shift;
  }
  const auto number = static_cast<std::int64_t>(value);
  if ((number < 0) != negative) return std::nullopt;
  return number;
}

}  // namespace missmodal::trainer
