#pragma once
// Whether a database can be trusted that no run has ended: its last run was killed, or it is a copy that was
// made while one wrote it, which may be torn. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

namespace missmodal::results {

// The last run wrote no verdict.
bool lacks_verdict(SQLite::Database& database);

// The same, and nobody writes it now.
bool is_cut_off(SQLite::Database& database, const std::filesystem::path& name);

// Reads the whole file; not needed for one that is as its writer left it (results/lease.h). Throws InputError
// (naming the database) unless every page is in its place and what one table says of another is so: a cell
// and its accepted attempt, epochs, predictions and metrics. SQLite::Exception where SQLite fails.
void check_sound(SQLite::Database& database, const std::filesystem::path& name);

}  // namespace missmodal::results
