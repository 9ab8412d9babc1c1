#pragma once
// A curve's table drawn with characters: one line a rate, MAE from left to right.

#include <string>

#include "results/table.h"

namespace missmodal::results {

// `table` is the report of a figure. Each line shows where `without` (o) and MissModal (*) lie, one
// block for each dataset and remark; x where both fall together. Empty if the table has no such rows.
std::string curve_text(const Table& table);

}  // namespace missmodal::results
