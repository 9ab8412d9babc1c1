#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>

#include "results/duration_text.h"
#include "results/status.h"

namespace missmodal::results {

namespace {

constexpr std::size_t kPrintedFailures = 10;
constexpr std::size_t kShownRunning = 20;

std::string verdict_line(const Status& status) {
  if (status.exit_code) return fmt::format("{} (exit {})", status.verdict, *status.exit_code);
  if (status.writer) return "running, by " + *status.writer;
  return "ended without a verdict; the same command goes on";
}

std::string what(const RunningCell& cell) {
  if (!cell.variant.empty()) return fmt::format("{} {}", cell.stage, cell.variant);
  return cell.point == "{}" ? cell.stage : fmt::format("{} {}", cell.stage, cell.point);
}

std::string running_text(const Status& status) {
  std::string text;
  for (std::size_t i = 0; i < status.running_cells.size() && i < kShownRunning; ++i) {
    const RunningCell& cell = status.running_cells[i];
    text += fmt::format("running: cell {:.12} attempt {}: {}: ", cell.cell, cell.attempt, what(cell));
    if (cell.last) {
      text += fmt::format("epoch {}, validation MAE {:.4f}", cell.last->epoch, cell.last->valid_mae);
      if (cell.best_valid_mae)
        text += fmt::format(" (best {:.4f}, epoch {})", *cell.best_valid_mae, cell.best_epoch);
    } else {
      text += "in its first epoch";
    }
    text +=
        fmt::format("; {} {}, rank{} {}, for {}\n", cell.host, cell.device, cell.ranks.size() == 1 ? "" : "s",
                    fmt::join(cell.ranks, ", "), duration_text(cell.running_seconds));
  }
  if (status.running_cells.size() > kShownRunning) {
    text +=
        fmt::format("and {} more that run; --json lists all\n", status.running_cells.size() - kShownRunning);
  }
  return text;
}

// Who neither trains nor waits for work, and for how long nothing came of it.
std::string workers_text(const Status& status) {
  std::map<std::string, int> states;
  double longest = 0;
  std::string text;
  for (const WorkerRow& worker : status.workers) {
    ++states[std::string(name(worker.condition))];
    if (worker.condition == WorkerCondition::idle || worker.condition == WorkerCondition::training) {
      longest = std::max(longest, worker.unheard_seconds);
    } else if (!worker.reason.empty()) {
      text += fmt::format("worker {} on {}: {}: {}\n", worker.rank, worker.host, name(worker.condition),
                          worker.reason);
    }
  }
  if (states.empty()) return "";
  std::string counts;
  for (const auto& [state, count] : states)
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, state);
  return fmt::format("workers: {}; the last beat at most {} ago\n", counts, duration_text(longest)) + text;
}

}  // namespace

std::string status_text(const Status& status) {
  std::string text =
      fmt::format("sweep {}{}{}\n", status.sweep, status.dataset.empty() ? "" : " on " + status.dataset,
                  status.synthetic ? "  *** SYNTHETIC DATA ***" : "");
  text += fmt::format("{:<20} {:<7} {:>8}", "stage", "kind", "planned");
  for (const std::string_view state : kCellStates) text += fmt::format(" {:>9}", state);
  text += "\n";
  for (const StageStatus& stage : status.stages) {
    text += fmt::format("{:<20} {:<7} {:>8}", stage.name, stage.kind, stage.planned);
    for (const std::string_view state : kCellStates)
      text += fmt::format(" {:>9}", stage.states.at(std::string(state)));
    text += "\n";
  }
  for (const StageStatus& stage : status.stages) {
    if (!stage.selected_point) continue;
    text += fmt::format("{} selected {} (validation {:.4f})\n", stage.name, *stage.selected_point,
                        stage.selected_value.value_or(0));
  }
  for (const BestSoFar& best : status.best) {
    text +=
        fmt::format("{}: best so far {} (validation MAE {:.4f})\n", best.stage, best.point, best.valid_mae);
  }
  const std::string gangs =
      status.running_ranks > status.running
          ? fmt::format(" ({} running on {} ranks)", status.running, status.running_ranks)
          : "";
  text += fmt::format("{} attempts{}, {} runs, {:.0f} s\n", status.attempts, gangs, status.runs,
                      status.elapsed_seconds);
  text += running_text(status) + workers_text(status);
  for (std::size_t i = 0; i < status.failures.size() && i < kPrintedFailures; ++i) {
    const Failure& failure = status.failures[i];
    text += fmt::format("failed: cell {:.12} attempt {}: {}: {}\n", failure.cell, failure.attempt,
                        failure.failure, failure.message);
  }
  if (status.failures.size() > kPrintedFailures) {
    text += fmt::format("and {} more cells that failed; --json lists all\n",
                        status.failures.size() - kPrintedFailures);
  }
  if (!status.failures.empty()) {
    text += fmt::format("a cell's whole story: missmodal-report explain {:.12} {}\n",
                        status.failures.front().cell, status.database.string());
  }
  text += verdict_line(status);
  if (status.remaining) text += "; " + remaining_text(*status.remaining);
  return text + "\n";
}

}  // namespace missmodal::results
