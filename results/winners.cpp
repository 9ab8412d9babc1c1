#include "results/winners.h"

#include <fmt/format.h>

#include "results/database.h"

namespace missmodal::results {
namespace {

bool belongs_to(SQLite::Database& database, const std::string& sweep_name,
                const std::string& dataset_sha256) {
  SQLite::Statement select(database, "SELECT 1 FROM sweep WHERE name = ?1 AND dataset_sha256 = ?2");
  select.bind(1, sweep_name);
  select.bind(2, dataset_sha256);
  return select.executeStep();
}

std::vector<std::string> configurations(SQLite::Database& database, const std::string& stage) {
  SQLite::Statement select(database,
                           "SELECT c.configuration FROM stage_cells p JOIN cells c ON c.id = p.cell "
                           "WHERE p.stage = ?1 ORDER BY p.plan_index");
  select.bind(1, stage);
  std::vector<std::string> found;
  while (select.executeStep()) found.push_back(select.getColumn(0).getString());
  return found;
}

}  // namespace

std::map<std::string, StoredWinner> read_winners(const std::filesystem::path& file,
                                                 const std::string& sweep_name,
                                                 const std::string& dataset_sha256,
                                                 std::chrono::milliseconds patience) {
  std::map<std::string, StoredWinner> winners;
  if (inspect_file(file) != FileKind::ours) return winners;
  SQLite::Database database = open_for_reading(file, patience);
  try {
    SQLite::Transaction snapshot(database);
    if (!belongs_to(database, sweep_name, dataset_sha256)) return winners;
    SQLite::Statement select(database,
                             "SELECT name, selected_point, coalesce(selected_basis, '{}') FROM stages "
                             "WHERE selected_point IS NOT NULL ORDER BY name");
    while (select.executeStep()) {
      const std::string stage = select.getColumn(0).getString();
      winners[stage] = {select.getColumn(1).getString(), select.getColumn(2).getString(),
                        configurations(database, stage)};
    }
    return winners;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read the winners", error);
  }
}

}  // namespace missmodal::results
