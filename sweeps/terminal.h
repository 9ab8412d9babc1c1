#pragma once
// What a terminal can show, and what is told there.

#include <string_view>

namespace missmodal::sweeps {

// Whether lines written to the descriptor may be rewritten in place: it is a terminal, and TERM names one
// that knows how (not `dumb`, not empty).
bool can_rewrite_lines(int descriptor);

// Writes to standard error at once. What cannot be written, since the terminal hung up, say, is left out: a
// sweep does not end for want of a listener.
void tell(std::string_view text);

}  // namespace missmodal::sweeps
