#pragma once
// How people name a cell: by the beginning of its id. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace missmodal::results {

// The whole id. Throws InputError, naming `place`, unless exactly one cell's id begins so.
std::string cell_named(SQLite::Database& database, const std::string& beginning, const std::string& place);

}  // namespace missmodal::results
