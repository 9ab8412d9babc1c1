#pragma once
// Representations on a plane: what Figure 7 draws.

#include "results/table.h"

namespace missmodal::results {

// `table` is the report of Figure 7. Instead of each `vector` it has `x` and `y` from a t-SNE of all rows
// that share dataset, model, remark, seed and moment: some seconds for 2,000. Throws InputError where the
// vectors of these are not of one width, hold what is no finite number, or are too many.
Table embedded_points(const Table& table);

}  // namespace missmodal::results
