#pragma once
// Figures taken from publications, to stand beside ours: results/quoted.csv, with their sources.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/exhibit.h"
#include "results/table.h"

namespace missmodal::results {

struct QuotedRow {
  std::string dataset;    // MOSI, MOSEI
  std::string condition;  // as a sweep file writes it: "subset/T"
  std::string model;
  std::vector<std::pair<std::string, std::optional<double>>> scores;  // by column
  std::string source;                                                 // "MMSA", "CyIN"
};
const std::vector<QuotedRow>& quoted_rows();

// Adds a column `source` to the report of the exhibit, and below the rows of each condition and dataset those
// that are quoted for it, and a note. A dataset is told by its label. Quoted are: complete modalities, single
// ones, missing rates.
void add_quoted(Exhibit exhibit, Table& table);

}  // namespace missmodal::results
