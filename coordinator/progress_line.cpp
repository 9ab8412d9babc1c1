#include "coordinator/progress_line.h"

#include <fmt/format.h>

namespace missmodal::coordinator {
namespace {

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
    const CellCounts places = state.cells.places(i);
    line += line.empty() ? "" : ", ";
    line += stage.planned ? fmt::format("{} {}/{}", state.sweep.stages[i].name, places.all() - places.open(),
                                        places.all())
                          : fmt::format("{} waits", state.sweep.stages[i].name);
  }
  line += fmt::format(" | {} running", state.running);
  if (state.running_ranks > state.running) line += fmt::format(" on {} ranks", state.running_ranks);
  if (failed_attempts > 0)
    line += fmt::format(", {} failed attempt{}", failed_attempts, failed_attempts > 1 ? "s" : "");
  if (pace.ended > 0) {
    const double per_cell = pace.elapsed.count() / pace.ended;
    const auto left = static_cast<double>(state.queue.size()) + state.running;
    line +=
        fmt::format(" | {} a cell, about {} left", duration_text(per_cell), duration_text(per_cell * left));
  }
  return line;
}

}  // namespace missmodal::coordinator
