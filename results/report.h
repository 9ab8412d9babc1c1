#pragma once
// The paper's tables and curves from one or several databases, as results/queries/*.sql define them.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "results/table.h"

namespace missmodal::results {

enum class Exhibit { table1, table2, table3, table4, table5, table6, figure3, figure4 };

// Every exhibit of the kind and number, or InputError (place "table" or "figure") naming those that exist.
Exhibit table_exhibit(int number);
Exhibit figure_exhibit(int number);
std::string_view name(Exhibit exhibit);  // "table1", ...; figure4 is figure3's query

// The databases' rows below each other. Reads each in one short transaction, waiting up to ten seconds for
// its writer. Throws InputError for a file that is missing, no database of ours, damaged, or of another
// schema version; RunError where SQLite fails. Precondition: databases is not empty.
Table report(Exhibit exhibit, const std::vector<std::filesystem::path>& databases);

}  // namespace missmodal::results
