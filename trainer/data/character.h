#pragma once
// Characters as a pickle encodes them, and as an error line may show them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace missmodal::trainer {

// UTF-8 text whose characters are all below 256 -> one byte each. Nothing where another character occurs.
std::optional<std::string> latin1_bytes(std::string_view utf8);

bool is_utf8(std::string_view text);                           // well-formed; surrogates are not
bool append_utf8(std::string& text, std::uint32_t character);  // false for a surrogate or past 0x10FFFF

// At most 80 characters, everything outside printable ASCII as '?'.
std::string printable(std::string_view text);

}  // namespace missmodal::trainer
