#include "results/status.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "results/database.h"
#include "results/lease.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::results {

namespace {

constexpr std::array<std::string_view, 5> kStates{"pending", "running", "accepted", "diverged", "parked"};
constexpr std::size_t kShownFailures = 10;

std::map<std::string, int> no_cells() {
  std::map<std::string, int> states;
  for (const std::string_view state : kStates) states[std::string(state)] = 0;
  return states;
}

void read_sweep(SQLite::Database& database, Status& status) {
  SQLite::Statement select(
      database,
      "SELECT name, dataset_label, synthetic, (SELECT count(*) FROM attempts), "
      "(SELECT count(*) FROM attempts WHERE state = 'running'), "
      "(SELECT count(*) FROM attempts a JOIN attempt_members m ON m.cell = a.cell AND m.attempt = a.attempt "
      "WHERE a.state = 'running') FROM sweep");
  select.executeStep();
  status.sweep = select.getColumn(0).getString();
  status.dataset = select.getColumn(1).getString();
  status.synthetic = select.getColumn(2).getInt() != 0;
  status.attempts = select.getColumn(3).getInt();
  status.running = select.getColumn(4).getInt();
  status.running_ranks = select.getColumn(5).getInt();
}

void read_stages(SQLite::Database& database, Status& status) {
  SQLite::Statement stages(database,
                           "SELECT name, kind, planned, selected_point, selected_value FROM stages "
                           "WHERE position IS NOT NULL ORDER BY position");
  while (stages.executeStep()) {
    StageStatus& stage = status.stages.emplace_back();
    stage.name = stages.getColumn(0).getString();
    stage.kind = stages.getColumn(1).getString();
    stage.planned = stages.getColumn(2).getInt();
    stage.states = no_cells();
    if (!stages.isColumnNull(3)) stage.selected_point = stages.getColumn(3).getString();
    if (!stages.isColumnNull(4)) stage.selected_value = stages.getColumn(4).getDouble();
    SQLite::Statement cells(database,
                            "SELECT c.state, count(*) FROM stage_cells p JOIN cells c ON c.id = p.cell "
                            "WHERE p.stage = ?1 GROUP BY c.state");
    cells.bind(1, stage.name);
    while (cells.executeStep()) stage.states[cells.getColumn(0).getString()] = cells.getColumn(1).getInt();
  }
  status.cells = no_cells();
  SQLite::Statement cells(database, "SELECT state, count(*) FROM cells GROUP BY state");
  while (cells.executeStep()) status.cells[cells.getColumn(0).getString()] = cells.getColumn(1).getInt();
}

void read_failures(SQLite::Database& database, Status& status) {
  SQLite::Statement select(
      database,
      "SELECT a.cell, max(a.attempt), a.failure, coalesce(a.message, '') FROM attempts a "
      "JOIN cells c ON c.id = a.cell WHERE a.state = 'failed' AND c.accepted_attempt IS NULL "
      "GROUP BY a.cell ORDER BY a.ended_unix DESC, a.cell");
  while (select.executeStep()) {
    status.failures.push_back({select.getColumn(0).getString(), select.getColumn(1).getInt(),
                               select.getColumn(2).getString(), select.getColumn(3).getString()});
  }
}

void read_runs(SQLite::Database& database, Status& status) {
  SQLite::Statement select(
      database,
      "SELECT coalesce(v.ended_unix, (SELECT max(coalesce(a.ended_unix, a.started_unix)) FROM attempts a "
      "WHERE a.run = p.run), p.started_unix) - p.started_unix, v.exit_code, coalesce(v.verdict, '') "
      "FROM provenance p LEFT JOIN verdict v ON v.run = p.run ORDER BY p.run");
  while (select.executeStep()) {
    ++status.runs;
    status.elapsed_seconds += select.getColumn(0).getDouble();
    status.exit_code.reset();
    if (!select.isColumnNull(1)) status.exit_code = select.getColumn(1).getInt();
    status.verdict = select.getColumn(2).getString();
  }
}

std::string verdict_line(const Status& status) {
  if (status.exit_code) return fmt::format("{} (exit {})", status.verdict, *status.exit_code);
  if (status.writer) return "running, by " + *status.writer;
  return "ended without a verdict; the same command goes on";
}

}  // namespace

Status read_status(const std::filesystem::path& file) {
  SQLite::Database database = open_for_reading(file);
  try {
    Status status;
    status.database = file;
    SQLite::Transaction snapshot(database);
    read_sweep(database, status);
    read_stages(database, status);
    read_failures(database, status);
    read_runs(database, status);
    status.writer = lease_holder(file);
    return status;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read", error);
  }
}

int exit_code(const Status& status) {
  return status.exit_code.value_or(kExitInterrupted);
}

std::string status_text(const Status& status) {
  std::string text =
      fmt::format("sweep {}{}{}\n", status.sweep, status.dataset.empty() ? "" : " on " + status.dataset,
                  status.synthetic ? "  *** SYNTHETIC DATA ***" : "");
  text += fmt::format("{:<20} {:<7} {:>8}", "stage", "kind", "planned");
  for (const std::string_view state : kStates) text += fmt::format(" {:>9}", state);
  text += "\n";
  for (const StageStatus& stage : status.stages) {
    text += fmt::format("{:<20} {:<7} {:>8}", stage.name, stage.kind, stage.planned);
    for (const std::string_view state : kStates)
      text += fmt::format(" {:>9}", stage.states.at(std::string(state)));
    text += "\n";
  }
  for (const StageStatus& stage : status.stages) {
    if (!stage.selected_point) continue;
    text += fmt::format("{} selected {} (validation {:.4f})\n", stage.name, *stage.selected_point,
                        stage.selected_value.value_or(0));
  }
  const std::string gangs =
      status.running_ranks > status.running
          ? fmt::format(" ({} running on {} ranks)", status.running, status.running_ranks)
          : "";
  text += fmt::format("{} attempts{}, {} runs, {:.0f} s\n", status.attempts, gangs, status.runs,
                      status.elapsed_seconds);
  for (std::size_t i = 0; i < status.failures.size() && i < kShownFailures; ++i) {
    const Failure& failure = status.failures[i];
    text += fmt::format("failed: cell {:.12} attempt {}: {}: {}\n", failure.cell, failure.attempt,
                        failure.failure, failure.message);
  }
  if (status.failures.size() > kShownFailures) {
    text += fmt::format("and {} more cells that failed; --json lists all\n",
                        status.failures.size() - kShownFailures);
  }
  if (!status.failures.empty()) {
    text += fmt::format("a cell's whole story: missmodal-report explain {:.12} {}\n",
                        status.failures.front().cell, status.database.string());
  }
  return text + verdict_line(status) + "\n";
}

std::string status_json(const Status& status) {
  using Json = nlohmann::ordered_json;
  Json stages = Json::array();
  for (const StageStatus& stage : status.stages) {
    Json& object =
        stages.emplace_back(Json{{"name", stage.name}, {"kind", stage.kind}, {"planned", stage.planned}});
    for (const std::string_view state : kStates)
      object[std::string(state)] = stage.states.at(std::string(state));
    object["selected_point"] = stage.selected_point ? Json::parse(*stage.selected_point) : Json();
    object["selected_value"] = stage.selected_value ? Json(*stage.selected_value) : Json();
  }
  Json cells;
  for (const std::string_view state : kStates)
    cells[std::string(state)] = status.cells.at(std::string(state));
  Json failures = Json::array();
  for (const Failure& failure : status.failures) {
    failures.push_back({{"cell", failure.cell},
                        {"attempt", failure.attempt},
                        {"failure", failure.failure},
                        {"message", failure.message}});
  }
  const Json root{{"sweep", status.sweep},
                  {"dataset", status.dataset},
                  {"synthetic", status.synthetic},
                  {"stages", stages},
                  {"cells", cells},
                  {"attempts", status.attempts},
                  {"running", status.running},
                  {"running_ranks", status.running_ranks},
                  {"failures", failures},
                  {"runs", status.runs},
                  {"elapsed_seconds", status.elapsed_seconds},
                  {"writer", status.writer ? Json(*status.writer) : Json()},
                  {"exit_code", status.exit_code ? Json(*status.exit_code) : Json()},
                  {"verdict", status.verdict}};
  return root.dump(2) + "\n";
}

}  // namespace missmodal::results
