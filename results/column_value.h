#pragma once
// For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/table.h"

namespace missmodal::results {

// A blob as its hexadecimal digits.
Value column_value(const SQLite::Column& column);

// Names and values of all that the statement still gives.
Table rows_of(SQLite::Statement& select);

}  // namespace missmodal::results
