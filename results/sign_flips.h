#pragma once
// The sign-flip test of many differences at once. For this folder's own use: it shows SQLiteCpp.

#include <SQLiteCpp/SQLiteCpp.h>

namespace missmodal::results {

// Makes the temporary table `sign_flips` with the rows of the database's view of that name, of the temporary
// table `differences`: SQL that walks through all 2^n signs takes most of a second where this takes
// milliseconds.
void compute_sign_flips(SQLite::Database& database);

}  // namespace missmodal::results
