#pragma once
// Whether a text is UTF-8, and what else it looks like.

#include <cstddef>
#include <string>
#include <string_view>

namespace missmodal::sweeps {

// Bytes of the text's longest start that is well-formed UTF-8: all of it, or up to the first byte that is
// not. Overlong forms and surrogates are not well-formed.
std::size_t utf8_prefix(std::string_view text);

// Why a text cannot be read as UTF-8, and the line, from 1, where it stops being so: other encodings, as far
// as they can be told, and zero bytes. Nothing wrong: line 0.
struct EncodingFault {
  int line = 0;
  std::string reason;  // "is not UTF-8 but looks like GBK; save it as UTF-8"
};
EncodingFault encoding_fault(std::string_view text);

}  // namespace missmodal::sweeps
