#include "results/csv.h"

namespace missmodal::results {

std::string format_csv(const Table& table) {
  std::string text = csv_line(table.columns);
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

}  // namespace missmodal::results
