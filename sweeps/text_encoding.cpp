#include "sweeps/text_encoding.h"

#include <fmt/format.h>

#include <algorithm>

namespace missmodal::sweeps {
namespace {

using std::string_view_literals::operator""sv;

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// Bytes of the well-formed character at `at`; 0 if there is none. Unicode 15, table 3-7.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  const unsigned second = byte_at(text, at + 1);
  if (second < lowest || second > highest) return 0;
  for (std::size_t i = 2; i < bytes; ++i) {
    if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return 0;
  }
  return bytes;
}

// Chinese text in GBK is pairs, nearly all of them signs or of the commoner half of GB 2312's characters. Of
// the Latin encodings a letter between ASCII ones makes no such pair.
bool looks_like_gbk(std::string_view text) {
  std::size_t pairs = 0;
  std::size_t common = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned lead = byte_at(text, i);
    if (lead < 0x80) continue;
    ++pairs;
    const unsigned trail = byte_at(text, ++i);
    const bool usual_lead = (lead >= 0xA1 && lead <= 0xA3) || (lead >= 0xB0 && lead <= 0xD7);
    common += usual_lead && trail >= 0xA1 && trail <= 0xFE ? 1 : 0;
  }
  return 2 * common > pairs;
}

// UTF-16 and UTF-32 begin with a mark, or have a zero byte in every ASCII character.
std::string_view wide_encoding(std::string_view text) {
  if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv)) return "UTF-16";
  if (text.size() < 8) return "";
  const std::string_view start = text.substr(0, 64);
  const auto zeros = static_cast<std::size_t>(std::count(start.begin(), start.end(), '\0'));
  if (zeros * 8 > start.size() * 5) return "UTF-32";
  return zeros * 8 > start.size() * 3 ? "UTF-16" : "";
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = character_bytes(text, at);
    if (bytes == 0) return at;
    at += bytes;
  }
  return at;
}

EncodingFault encoding_fault(std::string_view text) {
  const auto looks_like = [](std::string_view encoding) {
    return fmt::format("is not UTF-8 but looks like {}; save it as UTF-8", encoding);
  };
  if (const std::string_view wide = wide_encoding(text); !wide.empty()) return {1, looks_like(wide)};
  const std::size_t valid = utf8_prefix(text);
  const std::size_t zero = std::min(text.find('\0'), text.size());
  const std::size_t fault = std::min(valid, zero);
  if (fault == text.size()) return {};
  const auto line =
      static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(fault), '\n'));
  return {line + 1, zero < valid
                        ? "has a byte that is zero, which no text has"
                        : looks_like(looks_like_gbk(text.substr(valid)) ? "GBK" : "Latin-1 or Windows-1252")};
}

}  // namespace missmodal::sweeps
