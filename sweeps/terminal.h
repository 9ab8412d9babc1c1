#pragma once
// What standard error can show.

namespace missmodal::sweeps {

// Whether a line on standard error may be rewritten in place: it is a terminal, and TERM names one that knows
// how (not `dumb`, not empty).
bool can_rewrite_lines();

}  // namespace missmodal::sweeps
