#include "coordinator/progress_line.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "results/duration_text.h"

namespace missmodal::coordinator {
namespace {

constexpr std::size_t kNamedSettings = 5;  // of a point; with more it is told by its search
constexpr std::size_t kNamedStages = 4;    // with more only those that are under way

// "at alpha=0.3 beta=0.7" of {"loss.alpha":0.3,"loss.beta":0.7}, "in search" of many settings.
std::string short_point(const std::string& point, const std::string& search) {
  const auto settings = nlohmann::ordered_json::parse(point);
  if (settings.size() > kNamedSettings) return "in " + search;
  std::string text = "at";
  for (const auto& [key, value] : settings.items()) {
    const std::string name = key.substr(key.rfind('.') + 1);
    text += fmt::format(" {}={}", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

std::string named_stage(const State& state, std::size_t stage) {
  const std::string& name = state.sweep.stages[stage].name;
  if (!state.stages[stage].planned) return name + " waits";
  const CellCounts places = state.cells.places(stage);
  return fmt::format("{} {}/{}", name, places.all() - places.open(), places.all());
}

// "12 of 30 stages done, 14 wait, search_misa 13/50".
std::string many_stages(const State& state) {
  std::size_t done = 0;
  std::size_t waiting = 0;
  std::string under_way;
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    const CellCounts places = state.cells.places(i);
    if (!state.stages[i].planned) {
      ++waiting;
    } else if (places.open() == 0) {
      ++done;
    } else if (places.open() < places.all() || places.in(results::CellState::running) > 0) {
      under_way += ", " + named_stage(state, i);
    }
  }
  return fmt::format("{} of {} stages done, {} wait{}", done, state.stages.size(), waiting, under_way);
}

std::string stages_text(const State& state) {
  if (state.stages.size() > kNamedStages) return many_stages(state);
  std::string text;
  for (std::size_t i = 0; i < state.stages.size(); ++i) text += (i == 0 ? "" : ", ") + named_stage(state, i);
  return text;
}

}  // namespace

std::string best_so_far(const State& state) {
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    const StageProgress& stage = state.stages[i];
    const auto& select = state.sweep.stages[i].select;
    if (!select || state.cells.places(i).open() == 0) continue;
    const PlannedPlace* best = nullptr;
    double best_value = 0;
    for (const PlannedPlace& place : stage.cells) {
      const auto value = stage.values.find(place.cell);
      if (value == stage.values.end()) continue;
      const bool better = select->minimize ? value->second < best_value : value->second > best_value;
      if (best != nullptr && !better) continue;
      best = &place;
      best_value = value->second;
    }
    if (best == nullptr) return "";
    return fmt::format("best {} {:.4f} {}", select->metric, best_value,
                       short_point(stage.points[best->point], state.sweep.stages[i].name));
  }
  return "";
}

std::optional<results::Remaining> remaining(const State& state) {
  std::vector<results::StagePace> paces;
  for (std::size_t i = 0; i < state.stages.size(); ++i) {
    const CellCounts places = state.cells.places(i);
    const double running = static_cast<double>(places.in(results::CellState::running));
    results::StagePace pace = state.stages[i].took;
    pace.left = static_cast<double>(places.open()) - running / 2;
    if (!state.stages[i].planned) pace.left = state.stages[i].expected;
    paces.push_back(pace);
  }
  return results::remaining(paces, state.running);
}

std::string progress_line(const State& state, const Pace& pace, int failed_attempts,
                          const std::string& best) {
  std::string line = stages_text(state);
  line += fmt::format(" | {} running", state.running);
  if (state.running_ranks > state.running) line += fmt::format(" on {} ranks", state.running_ranks);
  if (failed_attempts > 0)
    line += fmt::format(", {} failed attempt{}", failed_attempts, failed_attempts > 1 ? "s" : "");
  if (!best.empty()) line += " | " + best;
  std::string time;
  if (pace.ended > 0) time = results::duration_text(pace.elapsed.count() / pace.ended) + " a cell";
  if (const auto left = remaining(state)) {
    if (!time.empty()) time += ", ";
    time += results::remaining_text(*left);
  }
  if (!time.empty()) line += " | " + time;
  return line;
}

}  // namespace missmodal::coordinator
