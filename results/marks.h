#pragma once
// Which numbers of a table are the best of what they are compared with.

#include <string>
#include <string_view>
#include <vector>

#include "results/metric_columns.h"
#include "results/table.h"

namespace missmodal::results {

enum class Mark { none, best, second };

// What a row's numbers are to be compared under: those of other rows with the same text.
std::string condition_of(const Table& table, const std::vector<Value>& row);

// For each row and column of the table. Rows of one dataset and condition compete in each metric: the lowest
// MAE, the highest of every other, as printed; ties share a mark. No difference and nothing quoted takes
// part. Nothing is marked where fewer than two rows compete or all are equal, and no second best where fewer
// than three do.
std::vector<std::vector<Mark>> best_marks(const Table& table);

}  // namespace missmodal::results
