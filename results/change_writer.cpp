#include "results/change_writer.h"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "results/statement.h"
#include "sweeps/error.h"

namespace missmodal::results {

namespace {

// The blobs are little-endian floats, written as they lie in memory.
static_assert(std::endian::native == std::endian::little);

RunError refused(const std::string& cell, int attempt, std::string_view reason) {
  return RunError(fmt::format("cell {}, attempt {}: {}", cell, attempt, reason));
}

}  // namespace

ChangeWriter::ChangeWriter(SQLite::Database& database, std::int64_t run)
    : run_(run),
      select_plan_(
          database,
          "SELECT plan_index, cell, variant, point FROM stage_cells WHERE stage = ?1 ORDER BY plan_index"),
      delete_plan_(database, "DELETE FROM stage_cells WHERE stage = ?1"),
      insert_cell_(database, "INSERT INTO cells (id, configuration) VALUES (?1, ?2) ON CONFLICT DO NOTHING"),
      insert_stage_cell_(
          database,
          "INSERT INTO stage_cells (stage, plan_index, cell, variant, point) VALUES (?1, ?2, ?3, ?4, ?5)"),
      update_planned_(database, "UPDATE stages SET planned = ?2 WHERE name = ?1"),
      select_point_(database,
                    "UPDATE stages SET selected_point = ?2, selected_value = ?3, selected_basis = ?4 "
                    "WHERE name = ?1 AND (selected_point IS NULL OR selected_point = ?2)"),
      deselect_point_(database,
                      "UPDATE stages SET selected_point = NULL, selected_value = NULL, selected_basis = NULL "
                      "WHERE name = ?1"),
      start_cell_(database, "UPDATE cells SET state = 'running' WHERE id = ?1 AND state = 'pending'"),
      insert_attempt_(database,
                      "INSERT INTO attempts (cell, attempt, assignment, run, state, host, rank, device, "
                      "threads, processor, libtorch, started_unix) "
                      "VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
      insert_member_(database,
                     "INSERT INTO attempt_members (cell, attempt, place, rank, host, device, processor, "
                     "libtorch) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
      resume_attempt_(database,
                      "UPDATE attempts SET resumed_epoch = ?3, resumed_step = ?4 "
                      "WHERE cell = ?1 AND attempt = ?2 AND state = 'running'"),
      save_attempt_(database,
                    "UPDATE attempts SET checkpoint_epoch = ?3, checkpoint_step = ?4 "
                    "WHERE cell = ?1 AND attempt = ?2 AND state = 'running'"),
      // Another attempt's, and what is told again.
      cut_progress_(database, "DELETE FROM progress WHERE cell = ?1 AND (attempt <> ?2 OR epoch >= ?3)"),
      insert_progress_(
          database,
          "INSERT INTO progress (cell, attempt, epoch, losses, valid_mae, valid_corr, best, train_seconds) "
          "SELECT cell, attempt, ?3, ?4, ?5, ?6, ?7, ?8 FROM attempts "
          "WHERE cell = ?1 AND attempt = ?2 AND state = 'running'"),
      delete_progress_(database, "DELETE FROM progress WHERE cell = ?1"),
      finish_attempt_(
          database,
          "UPDATE attempts SET state = ?3, ended_unix = ?4, train_seconds = ?5, evaluate_seconds = ?6, "
          "peak_memory_bytes = ?7, parameters = ?8 WHERE cell = ?1 AND attempt = ?2 AND state = 'running'"),
      finish_cell_(database,
                   "UPDATE cells SET state = ?2, accepted_attempt = ?3, best_epoch = ?4, diverged_step = ?5 "
                   "WHERE id = ?1"),
      fail_attempt_(database,
                    "UPDATE attempts SET state = 'failed', ended_unix = ?3, failure = ?4, message = ?5 "
                    "WHERE cell = ?1 AND attempt = ?2 AND state = 'running'"),
      release_cell_(database, "UPDATE cells SET state = ?2 WHERE id = ?1"),
      unpark_cell_(database, "UPDATE cells SET state = 'pending' WHERE id = ?1 AND state = 'parked'"),
      insert_epoch_(database,
                    "INSERT INTO epochs (cell, epoch, losses, valid_mae, valid_corr, best, train_seconds) "
                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      insert_predictions_(database,
                          "INSERT INTO predictions (cell, split, n, matrix) VALUES (?1, ?2, ?3, ?4)"),
      insert_embedding_(database,
                        "INSERT INTO embeddings (cell, moment, split, positions, width, matrix) "
                        "VALUES (?1, ?2, 'test', ?3, ?4, ?5)"),
      metrics_(database),
      insert_set_aside_(
          database,
          "INSERT INTO set_aside (run, rank, host, reason, at_unix) VALUES (?1, ?2, ?3, ?4, ?5) "
          "ON CONFLICT DO NOTHING"),
      delete_workers_(database, "DELETE FROM workers"),
      insert_worker_(
          database,
          "INSERT INTO workers (rank, run, host, device, processor, state, reason, cell, attempt, batches, "
          "memory_bytes, processors, heard_unix) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"),
      abandon_attempts_(database,
                        "UPDATE attempts SET state = 'failed', ended_unix = ?1, failure = 'interrupted', "
                        "message = 'the run ended before the attempt' WHERE state = 'running'"),
      abandon_cells_(database, "UPDATE cells SET state = 'pending' WHERE state = 'running'"),
      insert_verdict_(database,
                      "INSERT INTO verdict (run, ended_unix, exit_code, verdict) VALUES (?1, ?2, ?3, ?4)") {}

void ChangeWriter::write(const Change& change, double now_unix) {
  std::visit(
      [&](const auto& one) {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, StagePlanned> || std::is_same_v<Kind, StageUnplanned> ||
                      std::is_same_v<Kind, StageSelected> || std::is_same_v<Kind, StageDeselected> ||
                      std::is_same_v<Kind, AttemptResumed> || std::is_same_v<Kind, AttemptSaved> ||
                      std::is_same_v<Kind, AttemptProgressed> || std::is_same_v<Kind, CellsReleased>) {
          write(one);
        } else {
          write(one, now_unix);
        }
      },
      change);
}

// Whether the stage has just this plan already: the usual case of a sweep that goes on, and quickly told.
bool ChangeWriter::stands(const StagePlanned& planned) {
  select_plan_.reset();
  select_plan_.bind(1, planned.stage);
  for (const sweeps::PlannedCell& cell : planned.cells) {
    if (!select_plan_.executeStep() || select_plan_.getColumn(0).getInt() != cell.plan_index ||
        cell.id != select_plan_.getColumn(1).getText() ||
        cell.variant != select_plan_.getColumn(2).getText() ||
        cell.point != select_plan_.getColumn(3).getText()) {
      return false;
    }
  }
  return !select_plan_.executeStep();
}

void ChangeWriter::write(const StagePlanned& planned) {
  const bool standing = stands(planned);
  select_plan_.reset();
  if (!standing) {
    execute(delete_plan_, planned.stage);  // the plan is what the sweep file says now
    for (const sweeps::PlannedCell& cell : planned.cells) {
      execute(insert_cell_, cell.id, cell.configuration);
      execute(insert_stage_cell_, planned.stage, cell.plan_index, cell.id, cell.variant, cell.point);
    }
  }
  if (execute(update_planned_, planned.stage, static_cast<std::int64_t>(planned.cells.size())) != 1) {
    throw RunError(fmt::format("stage {}: is not one of the sweep's stages", planned.stage));
  }
}

void ChangeWriter::write(const StageUnplanned& unplanned) {
  execute(delete_plan_, unplanned.stage);
}

void ChangeWriter::write(const StageDeselected& deselected) {
  execute(deselect_point_, deselected.stage);
}

void ChangeWriter::write(const StageSelected& selected) {
  if (execute(select_point_, selected.stage, selected.point, selected.value, selected.basis) != 1) {
    throw RunError(fmt::format("stage {}: has another winner already, or is not one of the sweep's stages",
                               selected.stage));
  }
}

void ChangeWriter::write(const AttemptStarted& started, double now_unix) {
  if (execute(start_cell_, started.cell) != 1) {
    throw refused(started.cell, started.attempt, "cannot start: the cell does not wait for a worker");
  }
  MISSMODAL_CHECK(!started.members.empty());
  const AttemptMember& leader = started.members.front();
  execute(insert_attempt_, started.cell, started.attempt, started.assignment, run_, leader.host, leader.rank,
          leader.device, started.threads, leader.processor, leader.libtorch, now_unix);
  int place = 0;
  for (const AttemptMember& member : started.members) {
    execute(insert_member_, started.cell, started.attempt, place++, member.rank, member.host, member.device,
            member.processor, member.libtorch);
  }
}

// Of an attempt that has ended in the same transaction nothing is to be known any more.
void ChangeWriter::write(const AttemptResumed& resumed) {
  execute(resume_attempt_, resumed.cell, resumed.attempt, resumed.from.epoch, resumed.from.step);
}

void ChangeWriter::write(const AttemptSaved& saved) {
  execute(save_attempt_, saved.cell, saved.attempt, saved.at.epoch, saved.at.step);
}

void ChangeWriter::write(const AttemptProgressed& progressed) {
  if (progressed.epochs.empty()) return;
  execute(cut_progress_, progressed.cell, progressed.attempt, progressed.epochs.front().epoch);
  for (const sweeps::EpochRecord& epoch : progressed.epochs) {
    execute(insert_progress_, progressed.cell, progressed.attempt, epoch.epoch,
            nlohmann::json(epoch.losses).dump(), epoch.valid_mae, epoch.valid_corr, epoch.best ? 1 : 0,
            epoch.train_seconds);
  }
}

void ChangeWriter::write(const AttemptFinished& finished, double now_unix) {
  const sweeps::TrialResult& result = finished.result;
  MISSMODAL_CHECK(result.outcome != sweeps::Outcome::interrupted);
  const std::string_view state = result.outcome == sweeps::Outcome::finished ? "accepted" : "diverged";
  if (execute(finish_attempt_, finished.cell, finished.attempt, state, now_unix, result.train_seconds,
              result.evaluate_seconds, result.peak_memory_bytes, result.parameters) != 1) {
    throw refused(finished.cell, finished.attempt, "its result is refused: it is not the attempt that runs");
  }
  execute(finish_cell_, finished.cell, state, finished.attempt, result.best_epoch,
          result.outcome == sweeps::Outcome::diverged ? std::optional(result.diverged_step) : std::nullopt);
  execute(delete_progress_, finished.cell);
  write_epochs(finished.cell, result.epochs);
  write_predictions(finished.cell, result.predictions);
  write_representations(finished.cell, result.representations);
  metrics_.replace(finished.cell, result.metrics);
}

void ChangeWriter::write(const AttemptFailed& failed, double now_unix) {
  if (execute(fail_attempt_, failed.cell, failed.attempt, now_unix, name(failed.failure), failed.message) !=
      1) {
    throw refused(failed.cell, failed.attempt, "its failure is refused: it is not the attempt that runs");
  }
  execute(release_cell_, failed.cell, std::string_view(failed.park ? "parked" : "pending"));
}

void ChangeWriter::write(const CellsReleased& released) {
  for (const std::string& cell : released.cells) execute(unpark_cell_, cell);
}

void ChangeWriter::write(const WorkerSetAside& aside, double now_unix) {
  execute(insert_set_aside_, run_, aside.rank, aside.host, aside.reason, now_unix);
}

void ChangeWriter::write(const WorkersSeen& seen, double now_unix) {
  execute(delete_workers_);
  for (const WorkerRow& worker : seen.workers) {
    const bool trains = worker.cell.has_value();
    execute(insert_worker_, worker.rank, run_, worker.host, worker.device, worker.processor,
            name(worker.condition), worker.reason, worker.cell,
            trains ? std::optional<std::int64_t>(worker.attempt) : std::nullopt, worker.batches,
            worker.memory_bytes, worker.processors, now_unix - worker.unheard_seconds);
  }
}

void ChangeWriter::write(const SweepEnded& ended, double now_unix) {
  execute(delete_workers_);
  // Whoever still works on something is told to leave.
  execute(abandon_attempts_, now_unix);
  execute(abandon_cells_);
  execute(insert_verdict_, run_, now_unix, ended.exit_code, ended.verdict);
}

void ChangeWriter::write_epochs(const std::string& cell, const std::vector<sweeps::EpochRecord>& epochs) {
  for (const sweeps::EpochRecord& epoch : epochs) {
    const std::string losses = nlohmann::json(epoch.losses).dump();
    execute(insert_epoch_, cell, epoch.epoch, losses, epoch.valid_mae, epoch.valid_corr, epoch.best ? 1 : 0,
            epoch.train_seconds);
  }
}

void ChangeWriter::write_predictions(const std::string& cell,
                                     const std::vector<sweeps::SplitPredictions>& predictions) {
  for (const sweeps::SplitPredictions& split : predictions) {
    MISSMODAL_CHECK(split.values.size() % kSubsetCount == 0);
    execute(insert_predictions_, cell, name(split.split),
            static_cast<std::int64_t>(split.values.size() / kSubsetCount), split.values);
  }
}

void ChangeWriter::write_representations(const std::string& cell,
                                         const std::vector<sweeps::Representations>& representations) {
  for (const sweeps::Representations& one : representations) {
    MISSMODAL_CHECK(one.values.size() ==
                    kSubsetCount * one.positions.size() * static_cast<std::size_t>(one.width));
    execute(insert_embedding_, cell, name(one.moment), nlohmann::json(one.positions).dump(), one.width,
            one.values);
  }
}

}  // namespace missmodal::results
