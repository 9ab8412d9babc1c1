#include "results/status.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "results/database.h"
#include "results/lease.h"
#include "results/stage_paces.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::results {

namespace {

std::map<std::string, int> no_cells() {
  std::map<std::string, int> states;
  for (const std::string_view state : kCellStates) states[std::string(state)] = 0;
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

std::vector<int> ranks_of(SQLite::Database& database, const std::string& cell, int attempt) {
  SQLite::Statement select(
      database, "SELECT rank FROM attempt_members WHERE cell = ?1 AND attempt = ?2 ORDER BY place");
  select.bind(1, cell);
  select.bind(2, attempt);
  std::vector<int> ranks;
  while (select.executeStep()) ranks.push_back(select.getColumn(0).getInt());
  return ranks;
}

void read_curve(SQLite::Database& database, RunningCell& running) {
  SQLite::Statement select(database,
                           "SELECT epoch, losses, valid_mae, valid_corr, best, train_seconds FROM progress "
                           "WHERE cell = ?1 AND attempt = ?2 ORDER BY epoch");
  select.bind(1, running.cell);
  select.bind(2, running.attempt);
  while (select.executeStep()) {
    sweeps::EpochRecord& epoch = running.last.emplace();
    epoch.epoch = select.getColumn(0).getInt();
    epoch.losses =
        nlohmann::json::parse(select.getColumn(1).getString()).get<std::map<std::string, double>>();
    epoch.valid_mae = select.getColumn(2).getDouble();
    if (!select.isColumnNull(3)) epoch.valid_corr = select.getColumn(3).getDouble();
    epoch.best = select.getColumn(4).getInt() != 0;
    epoch.train_seconds = select.getColumn(5).getDouble();
    if (!epoch.best) continue;
    running.best_epoch = epoch.epoch;
    running.best_valid_mae = epoch.valid_mae;
  }
}

void read_running(SQLite::Database& database, Status& status, double now_unix) {
  SQLite::Statement select(
      database,
      "SELECT a.cell, a.attempt, a.host, a.device, a.started_unix, coalesce(p.stage, ''), "
      "coalesce(p.variant, ''), "
      "coalesce(p.point, '{}'), min(s.position) FROM attempts a LEFT JOIN stage_cells p ON p.cell = a.cell "
      "LEFT JOIN stages s ON s.name = p.stage WHERE a.state = 'running' GROUP BY a.cell ORDER BY "
      "a.assignment");
  while (select.executeStep()) {
    RunningCell& running = status.running_cells.emplace_back();
    running.cell = select.getColumn(0).getString();
    running.attempt = select.getColumn(1).getInt();
    running.host = select.getColumn(2).getString();
    running.device = select.getColumn(3).getString();
    running.running_seconds = std::max(0.0, now_unix - select.getColumn(4).getDouble());
    running.stage = select.getColumn(5).getString();
    running.variant = select.getColumn(6).getString();
    running.point = select.getColumn(7).getString();
    running.ranks = ranks_of(database, running.cell, running.attempt);
    read_curve(database, running);
  }
}

void read_workers(SQLite::Database& database, Status& status, double now_unix) {
  SQLite::Statement select(
      database,
      "SELECT rank, host, device, processor, state, reason, cell, batches, memory_bytes, "
      "processors, heard_unix, coalesce(attempt, 0) FROM workers ORDER BY rank");
  while (select.executeStep()) {
    WorkerRow& worker = status.workers.emplace_back();
    worker.rank = select.getColumn(0).getInt();
    worker.host = select.getColumn(1).getString();
    worker.device = select.getColumn(2).getString();
    worker.processor = select.getColumn(3).getString();
    worker.condition = parse_worker_condition(select.getColumn(4).getString());
    worker.reason = select.getColumn(5).getString();
    if (!select.isColumnNull(6)) worker.cell = select.getColumn(6).getString();
    worker.batches = select.getColumn(7).getInt64();
    if (!select.isColumnNull(8)) worker.memory_bytes = select.getColumn(8).getInt64();
    if (!select.isColumnNull(9)) worker.processors = select.getColumn(9).getDouble();
    worker.attempt = select.getColumn(11).getInt();
    worker.unheard_seconds = std::max(0.0, now_unix - select.getColumn(10).getDouble());
  }
}

void read_best(SQLite::Database& database, Status& status) {
  SQLite::Statement select(
      database,
      "SELECT s.name, p.point, min(m.mae) FROM stages s JOIN stage_cells p ON p.stage = s.name "
      "JOIN cells c ON c.id = p.cell AND c.state = 'accepted' CROSS JOIN metrics m ON m.cell = c.id "
      "AND m.split = 'valid' AND m.family = 'complete' AND m.subset = 'TAV' AND m.rate_percent = 0 AND "
      "m.rates = '' "
      "AND m.kind = 'fixed' AND m.mae IS NOT NULL "
      "WHERE s.kind = 'search' AND s.position IS NOT NULL AND s.selected_point IS NULL "
      "GROUP BY s.name ORDER BY s.position");
  while (select.executeStep()) {
    status.best.push_back(
        {select.getColumn(0).getString(), select.getColumn(1).getString(), select.getColumn(2).getDouble()});
  }
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Status read_status(const std::filesystem::path& file) {
  return read_status(file, now());
}

Status read_status(const std::filesystem::path& file, double now_unix) {
  SQLite::Database database = open_for_reading(file);
  try {
    Status status;
    status.database = file;
    SQLite::Transaction snapshot(database);
    read_sweep(database, status);
    read_stages(database, status);
    read_failures(database, status);
    read_runs(database, status);
    read_best(database, status);
    status.writer = lease_holder(file);
    if (status.writer) {  // else nobody works on what is marked as running
      read_running(database, status, now_unix);
      read_workers(database, status, now_unix);
      status.remaining = remaining(stage_paces(database), status.running);
    }
    return status;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read", error);
  }
}

int exit_code(const Status& status) {
  return status.exit_code.value_or(kExitInterrupted);
}

}  // namespace missmodal::results
