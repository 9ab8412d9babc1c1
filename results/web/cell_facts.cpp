#include <SQLiteCpp/SQLiteCpp.h>

#include <nlohmann/json.hpp>

#include "results/database.h"
#include "results/explain.h"
#include "results/web/facts.h"

namespace missmodal::results::web {

namespace {

using Json = nlohmann::ordered_json;

Json value(const SQLite::Column& column) {
  if (column.isNull()) return nullptr;
  if (column.isInteger()) return column.getInt64();
  if (column.isFloat()) return column.getDouble();
  return column.getString();
}

Json object(SQLite::Statement& select) {
  Json object;
  for (int i = 0; i < select.getColumnCount(); ++i)
    object[select.getColumnName(i)] = value(select.getColumn(i));
  return object;
}

// What a program or a file put into the database may be anything.
std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename Read>
auto reading(const std::filesystem::path& file, Read&& read) {
  SQLite::Database database = open_for_reading(file);
  try {
    SQLite::Transaction snapshot(database);
    return read(database);
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read", error);
  }
}

constexpr const char* kCells =
    "SELECT s.name AS stage, p.plan_index AS place, c.id, p.variant, p.point, c.model, c.terms, c.seed, "
    "c.state, "
    "a.attempt, a.host, a.rank, a.device, a.started_unix, a.ended_unix, c.best_epoch, e.valid_mae, "
    "a.failure, "
    "CASE WHEN a.state = 'failed' THEN a.message END AS message "
    "FROM stages s JOIN stage_cells p ON p.stage = s.name JOIN cells c ON c.id = p.cell "
    "LEFT JOIN attempts a ON a.cell = c.id AND a.attempt = (SELECT max(attempt) FROM attempts WHERE cell = "
    "c.id) "
    "LEFT JOIN epochs e ON e.cell = c.id AND e.epoch = c.best_epoch "
    "WHERE s.position IS NOT NULL ORDER BY s.position, p.plan_index";

}  // namespace

std::vector<CellLine> read_cells(const std::filesystem::path& file) {
  return reading(file, [](SQLite::Database& database) {
    std::vector<CellLine> cells;
    SQLite::Statement select(database, kCells);
    while (select.executeStep()) {
      Json cell = object(select);
      cell["point"] = Json::parse(cell["point"].get<std::string>());
      cells.push_back({cell["stage"], cell["state"], text(cell)});
    }
    return cells;
  });
}

Bytes read_cell(const std::filesystem::path& file, const std::string& cell) {
  Json story = Json::parse(story_json(explain(file, cell)));
  return reading(file, [&](SQLite::Database& database) {
    // A cell with a result has nothing in `progress`, one without nothing in `epochs`.
    SQLite::Statement select(
        database,
        "SELECT epoch, losses, valid_mae, valid_corr, best, train_seconds FROM epochs WHERE cell = ?1 UNION "
        "ALL "
        "SELECT epoch, losses, valid_mae, valid_corr, best, train_seconds FROM progress WHERE cell = ?1 "
        "ORDER BY epoch");
    select.bind(1, story["cell"].get<std::string>());
    Json& curve = story["curve"] = Json::array();
    while (select.executeStep()) {
      Json epoch = object(select);
      epoch["losses"] = Json::parse(epoch["losses"].get<std::string>());
      curve.push_back(std::move(epoch));
    }
    return bytes(text(story) + "\n");
  });
}

std::string read_progress_mark(const std::filesystem::path& file) {
  return reading(file, [](SQLite::Database& database) {
    return database
        .execAndGet(
            "SELECT (SELECT count(*) || ' ' || total(evaluation) FROM cells WHERE accepted_attempt IS NOT "
            "NULL) || ' ' || "
            "(SELECT group_concat(name || position || planned || coalesce(selected_point, '')) FROM stages "
            "WHERE position IS NOT NULL) || ' ' || (SELECT evaluation FROM sweep) || ' ' || (SELECT count(*) "
            "FROM cells)")
        .getString();
  });
}

}  // namespace missmodal::results::web
