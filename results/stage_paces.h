#pragma once
// For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <vector>

#include "results/remaining.h"

namespace missmodal::results {

// Of every stage that the sweep file has, in its order. The cells of one that waits for its search are left,
// too.
std::vector<StagePace> stage_paces(SQLite::Database& database);

}  // namespace missmodal::results
