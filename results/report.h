#pragma once
// The paper's tables and curves, and others', from one or several databases, as results/queries/*.sql define
// them.

#include <filesystem>
#include <span>
#include <vector>

#include "results/exhibit.h"
#include "results/table.h"

namespace missmodal::results {

enum class Quotes { left_out, shown };  // figures from publications (results/quoted.h)

// One table for each exhibit: the databases' rows below each other, and notes on what no row tells. Reads
// each database in one short transaction, waiting up to ten seconds for its writer, so that all tables show
// one moment. Throws InputError for a file that is missing, no database of ours, damaged, or of another
// schema version; RunError where SQLite fails. Precondition: databases is not empty.
std::vector<Table> reports(std::span<const Exhibit> exhibits,
                           const std::vector<std::filesystem::path>& databases,
                           Quotes quotes = Quotes::left_out);
Table report(Exhibit exhibit, const std::vector<std::filesystem::path>& databases,
             Quotes quotes = Quotes::left_out);

// The rows of report(Exhibit::area, ...) that belong to the curve: printed below it. Without notes, which
// stand at the curve's own table.
Table area_below(Exhibit curve, const Table& areas);

}  // namespace missmodal::results
