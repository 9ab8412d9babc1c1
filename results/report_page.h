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

// One page with everything in it: no script, nothing is loaded from elsewhere, readable in light and dark.
// What comes from a database is escaped.
std::string report_page(std::string_view heading, const std::vector<ReportSection>& sections);

}  // namespace missmodal::results
