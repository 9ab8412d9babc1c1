// A list of objects whose keys are the column names, in the query's order; numbers are numbers, NULL is null.

#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "results/table.h"

namespace missmodal::results {

std::string format_json(const Table& table) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::visit(
          [&](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
              object[table.columns[i]] = nullptr;
            } else {
              object[table.columns[i]] = value;
            }
          },
          row[i]);
    }
    rows.push_back(std::move(object));
  }
  return rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace missmodal::results
