#pragma once
// The report's index.html.

#include <string>
#include <string_view>
#include <vector>

#include "results/table.h"

namespace missmodal::results {

struct ReportSection {
  std::string name;    // of its files: "table1"
  std::string figure;  // an <svg> element to stand above the table, drawn by us; "" for none
  Table table;
};

// Below the tables: pictures without a table.
struct ReportFigure {
  std::string name;  // "search"
  std::string title;
  std::string elements;            // <svg>; "" where they are only linked to, or were not drawn
  std::vector<std::string> plots;  // the names of their files
  bool drawn = false;              // there are pictures of them
};

// One page with everything in it: no script, nothing is loaded from elsewhere, readable in light and dark.
// What comes from a database is escaped.
std::string report_page(std::string_view heading, const std::vector<ReportSection>& sections,
                        const std::vector<ReportFigure>& figures = {});

}  // namespace missmodal::results
