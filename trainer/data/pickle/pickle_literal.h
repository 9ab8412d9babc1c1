#pragma once
// Numbers and strings as pickles spell them: the text forms of protocol 0, and integers of any length.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace missmodal::trainer {

std::optional<std::int64_t> parse_integer_literal(std::string_view text);  // "12", "-3L"
std::optional<double> parse_float_literal(std::string_view text);          // "1.5e-3", "nan", "-inf"
std::optional<std::string> parse_string_literal(
    std::string_view text);  // quoted, with \n \t \\ \' \xNN -> bytes
std::optional<std::string> parse_unicode_literal(std::string_view text);  // raw-unicode-escape -> UTF-8

// Two's complement, little-endian, of any length; nothing outside 64 bits.
std::optional<std::int64_t> parse_long(std::string_view bytes);

}  // namespace missmodal::trainer
