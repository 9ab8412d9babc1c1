#include "results/cell_name.h"

#include "sweeps/error.h"

namespace missmodal::results {

std::string cell_named(SQLite::Database& database, const std::string& beginning, const std::string& place) {
  if (beginning.empty()) throw InputError(place, "needs the beginning of a cell's id");
  SQLite::Statement select(database,
                           "SELECT id FROM cells WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id LIMIT 2");
  select.bind(1, beginning);
  if (!select.executeStep()) throw InputError(place, "no cell's id begins so");
  std::string id = select.getColumn(0).getString();
  if (select.executeStep()) throw InputError(place, "several cells' ids begin so; give more of it");
  return id;
}

}  // namespace missmodal::results
