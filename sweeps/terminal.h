#pragma once
// What a terminal can show.

namespace missmodal::sweeps {

// Whether lines written to the descriptor may be rewritten in place: it is a terminal, and TERM names one
// that knows how (not `dumb`, not empty).
bool can_rewrite_lines(int descriptor);

}  // namespace missmodal::sweeps
