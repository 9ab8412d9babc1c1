#include "coordinator/progress_line.h"

#include <fmt/format.h>

#include <algorithm>

namespace missmodal::coordinator {
namespace {

using results::CellState;

std::string duration_text(double seconds) {
  if (seconds > 0 && seconds < 0.95) return fmt::format("{:.1g} s", seconds);
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string progress_line(const State& state, const Pace& pace, int failed_attempts) {
  std::string line;
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    const StageProgress& stage = state.stages[i];
    const auto done = std::count_if(stage.cells.begin(), stage.cells.end(), [&](const auto& planned) {
      const CellState cell = state.cells.at(planned.id).state;
      return cell != CellState::pending && cell != CellState::running;
    });
    line += line.empty() ? "" : ", ";
    line += stage.planned ? fmt::format("{} {}/{}", state.sweep.stages[i].name, done, stage.cells.size())
                          : fmt::format("{} waits", state.sweep.stages[i].name);
  }
  const auto running = std::count_if(state.workers.begin(), state.workers.end(),
                                     [](const auto& worker) { return worker.second.assignment.has_value(); });
  line += fmt::format(" | {} running", running);
  if (failed_attempts > 0)
    line += fmt::format(", {} failed attempt{}", failed_attempts, failed_attempts > 1 ? "s" : "");
  if (pace.ended > 0) {
    const double per_cell = pace.elapsed.count() / pace.ended;
    const auto left = static_cast<double>(state.queue.size() + static_cast<std::size_t>(running));
    line +=
        fmt::format(" | {} a cell, about {} left", duration_text(per_cell), duration_text(per_cell * left));
  }
  return line;
}

}  // namespace missmodal::coordinator
