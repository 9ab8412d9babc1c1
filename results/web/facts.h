#pragma once
// What the page shows of a database besides its status, read and spelled as JSON.

#include <filesystem>
#include <string>
#include <vector>

#include "results/web/site.h"

namespace missmodal::results::web {

// All throw as report() does (results/report.h).

std::vector<CellLine> read_cells(const std::filesystem::path& database);

// A search's grid by its stage: each point's trials by state and the mean of their scores.
NamedBytes read_searches(const std::filesystem::path& database);

struct Exhibits {
  NamedBytes tables;  // by name; "" is the list of them
  Bytes curves;       // metrics against missing rates
};
Exhibits read_exhibits(const std::filesystem::path& database);

// explain()'s story of the cell whose id begins so, and its training epoch by epoch.
Bytes read_cell(const std::filesystem::path& database, const std::string& cell);

// Stays the same while the tables do: they need not be read again.
std::string read_progress_mark(const std::filesystem::path& database);

}  // namespace missmodal::results::web
