#pragma once
// A question of the user's own, in SQL.

#include <filesystem>
#include <string>

#include "results/table.h"

namespace missmodal::results {

// The rows of one query, values as they are; a blob as its hexadecimal digits. Reads alone: SELECT, WITH and
// VALUES. Throws InputError for SQL that SQLite does not understand, that is no single query, or that would
// do anything but read; otherwise as report() does.
Table query(const std::filesystem::path& database, const std::string& sql);

// Columns side by side, numbers to the right, with their names on top.
std::string query_text(const Table& table);

}  // namespace missmodal::results
