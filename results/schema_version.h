#pragma once
// Which databases this program reads and writes, and how one of an earlier version is brought up to date. For
// this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

namespace missmodal::results {

inline constexpr int kSchemaVersion = 6;        // written; schema.sql sets it
inline constexpr int kOldestSchemaVersion = 5;  // read

bool is_up_to_date(SQLite::Database& database);

// The tables that a file of version 5 lacks (additions.sql), empty. Precondition: a transaction of a writer.
void add_additions(SQLite::Database& database);

// The same for this connection alone, which only reads: the file stays as it is.
void pretend_additions(SQLite::Database& database);

}  // namespace missmodal::results
