#pragma once
// Text from a data file as one line that is safe to print: nobody knows who wrote it.

#include <cstddef>
#include <string>
#include <string_view>

namespace missmodal::results {

// Well-formed UTF-8 of at most `most` characters, cut off with an ellipsis. Control characters, line ends and
// those that turn the direction of writing are spaces, bytes that are no UTF-8 are U+FFFD; several spaces are
// one, none at the ends. Escaping for LaTeX, Markdown or HTML comes on top. Precondition: most >= 1.
std::string plain_text(std::string_view text, std::size_t most);

}  // namespace missmodal::results
