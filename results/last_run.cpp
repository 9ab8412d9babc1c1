#include "results/last_run.h"

#include <nlohmann/json.hpp>

#include "results/database.h"

namespace missmodal::results {
namespace {

std::set<std::string> ids(SQLite::Database& database, const char* query) {
  SQLite::Statement select(database, query);
  std::set<std::string> found;
  while (select.executeStep()) found.insert(select.getColumn(0).getString());
  return found;
}

}  // namespace

std::optional<LastRun> read_last_run(const std::filesystem::path& file, const std::string& sweep_name,
                                     const std::string& dataset_sha256, std::chrono::milliseconds patience) {
  if (inspect_file(file) != FileKind::ours) return std::nullopt;
  SQLite::Database database = open_for_reading(file, patience);
  try {
    SQLite::Transaction snapshot(database);
    SQLite::Statement select(database,
                             "SELECT p.sweep_text, p.overrides FROM provenance p CROSS JOIN sweep s "
                             "WHERE s.name = ?1 AND s.dataset_sha256 = ?2 ORDER BY p.run DESC LIMIT 1");
    select.bind(1, sweep_name);
    select.bind(2, dataset_sha256);
    if (!select.executeStep()) return std::nullopt;
    LastRun last;
    last.sweep_text = select.getColumn(0).getString();
    last.overrides = nlohmann::json::parse(select.getColumn(1).getString()).get<std::vector<std::string>>();
    last.planned = ids(database,
                       "SELECT p.cell FROM stage_cells p JOIN stages s ON s.name = p.stage "
                       "WHERE s.position IS NOT NULL");
    last.accepted = ids(database, "SELECT id FROM cells WHERE state = 'accepted'");
    return last;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read the last run", error);
  }
}

}  // namespace missmodal::results
