#pragma once
// What metrics can be computed for: the table `evaluations`, and the row that the sweep asks for now. For
// this folder's own use: it shows SQLiteCpp. The transaction is the caller's.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

#include "sweeps/condition.h"
#include "sweeps/label_scale.h"

namespace missmodal::results {

// The row that stands for this plan under this program's rules (kMetricsVersion), made if it is new. The
// order of the conditions does not matter.
std::int64_t evaluation_id(SQLite::Database& database, const sweeps::EvaluationPlan& plan);

// From now on the sweep asks for this. Cells with rows for another one are stale until they are scored again.
void want_evaluation(SQLite::Database& database, const sweeps::EvaluationPlan& plan);

// What the sweep asks for. Throws InputError (naming `file`) for a condition that this program does not know.
sweeps::EvaluationPlan wanted_evaluation(SQLite::Database& database, const std::filesystem::path& file);

// Of the labels that the file's metrics are computed from.
sweeps::LabelScale label_scale(SQLite::Database& database);

}  // namespace missmodal::results
