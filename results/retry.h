#pragma once
// Parked cells back into the queue, once what made them fail was mended.

#include <filesystem>
#include <string>

#include "results/patience.h"

namespace missmodal::results {

// Makes the parked cell whose id begins with `cell`, or all parked cells where it is empty, wait again as if
// they had never failed; their attempts stay as history. Returns how many. Throws InputError for a cell that
// is unknown, ambiguous, or not parked (a diverged one is final), and for a file that is no database of ours;
// RunError where another process writes it.
int retry(const std::filesystem::path& database, const std::string& cell, Patience patience = {});

}  // namespace missmodal::results
