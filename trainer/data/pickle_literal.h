#pragma once
// The text forms of numbers and strings that pickles inherited from protocol 0.

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

}  // namespace missmodal::trainer
