#pragma once
// The database's views for a reader with many questions. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <span>

#include "results/exhibit.h"

namespace missmodal::results {

// Shadows every view of the database with a temporary one of the same text, all that the exhibits' queries
// build on being computed once: they give the same rows as in the plain sqlite3 shell, sooner. `scores` and
// what follows from it hold only the conditions that these exhibits show. Only within the transaction that is
// open now are they of one moment. Writes nothing to the file.
void prepare_working_views(SQLite::Database& database, std::span<const Exhibit> exhibits);

}  // namespace missmodal::results
