#pragma once
// Durations for people.

#include <string>

#include "results/remaining.h"

namespace missmodal::results {

std::string duration_text(double seconds);  // "0.3 s", "45 s", "12 min", "3.4 h", "2.1 days"

// "about 8 min left (6 to 11)"; without the spread where it says no more.
std::string remaining_text(const Remaining& remaining);

}  // namespace missmodal::results
