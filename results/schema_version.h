#pragma once
// Which databases this program reads and writes, and how one of an earlier version is brought up to date. For
// this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

namespace missmodal::results {

inline constexpr int kSchemaVersion = 7;        // written; schema.sql sets it
inline constexpr int kOldestSchemaVersion = 5;  // read

bool is_up_to_date(SQLite::Database& database);

// Gives an earlier file what it lacks: of version 5 the tables of additions.sql, empty; of 5 and 6 the
// columns sweep.label_scale, 3, and metrics.acc3, NULL, and this version's views. Precondition: a transaction
// of a writer.
void bring_up_to_date(SQLite::Database& database);

// The same for this connection alone, which only reads: temporary tables and views shadow the file's, which
// stays as it is.
void pretend_up_to_date(SQLite::Database& database);

}  // namespace missmodal::results
