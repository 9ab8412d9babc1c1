#pragma once
// The database's views for a reader with many questions. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace missmodal::results {

// Shadows every view of the database with a temporary one of the same text, the small ones that others build
// on being computed once: queries give the same rows as in the plain sqlite3 shell, sooner. Only within the
// transaction that is open now are they of one moment. Writes nothing to the file.
void prepare_working_views(SQLite::Database& database);

// Has one more of them computed once. Precondition: it is a view's name, prepared, and not computed yet.
void compute_once(SQLite::Database& database, const std::string& view);

}  // namespace missmodal::results
