#pragma once
// The texts of results/*.sql, results/queries/*.sql and results/quoted.csv, compiled in.

#include <string_view>

namespace missmodal::results {

std::string_view schema_sql();     // tables and views of a new database
std::string_view additions_sql();  // tables that a database of version 5 lacks
std::string_view views_sql();      // the views alone
std::string_view quoted_csv();
std::string_view query_sql(std::string_view name);  // "table1", "figure3", ...; precondition: it exists

}  // namespace missmodal::results
