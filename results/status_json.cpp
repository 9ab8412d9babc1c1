#include <nlohmann/json.hpp>

#include "results/status.h"

namespace missmodal::results {

namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json optional_json(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json running_json(const RunningCell& cell) {
  return {{"cell", cell.cell},
          {"attempt", cell.attempt},
          {"stage", cell.stage},
          {"variant", cell.variant},
          {"point", Json::parse(cell.point)},
          {"host", cell.host},
          {"device", cell.device},
          {"ranks", cell.ranks},
          {"running_seconds", cell.running_seconds},
          {"epoch", cell.last ? Json(cell.last->epoch) : Json()},
          {"losses", cell.last ? Json(cell.last->losses) : Json()},
          {"valid_mae", cell.last ? Json(cell.last->valid_mae) : Json()},
          {"valid_corr", cell.last ? optional_json(cell.last->valid_corr) : Json()},
          {"best_epoch", cell.best_valid_mae ? Json(cell.best_epoch) : Json()},
          {"best_valid_mae", optional_json(cell.best_valid_mae)}};
}

Json worker_json(const WorkerRow& worker) {
  return {{"rank", worker.rank},
          {"host", worker.host},
          {"device", worker.device},
          {"processor", worker.processor},
          {"state", name(worker.condition)},
          {"reason", worker.reason},
          {"cell", optional_json(worker.cell)},
          {"batches", worker.batches},
          {"memory_bytes", optional_json(worker.memory_bytes)},
          {"processors", optional_json(worker.processors)},
          {"unheard_seconds", worker.unheard_seconds}};
}

Json remaining_json(const Remaining& remaining) {
  return {{"seconds", remaining.seconds}, {"low", remaining.low}, {"high", remaining.high}};
}

template <typename Items, typename ToJson>
Json list(const Items& items, ToJson to_json) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(to_json(item));
  return array;
}

}  // namespace

std::string status_json(const Status& status, int indent) {
  Json stages = Json::array();
  for (const StageStatus& stage : status.stages) {
    Json& object =
        stages.emplace_back(Json{{"name", stage.name}, {"kind", stage.kind}, {"planned", stage.planned}});
    for (const std::string_view state : kCellStates)
      object[std::string(state)] = stage.states.at(std::string(state));
    object["selected_point"] = stage.selected_point ? Json::parse(*stage.selected_point) : Json();
    object["selected_value"] = stage.selected_value ? Json(*stage.selected_value) : Json();
  }
  Json cells;
  for (const std::string_view state : kCellStates)
    cells[std::string(state)] = status.cells.at(std::string(state));
  Json failures = Json::array();
  for (const Failure& failure : status.failures) {
    failures.push_back({{"cell", failure.cell},
                        {"attempt", failure.attempt},
                        {"failure", failure.failure},
                        {"message", failure.message}});
  }
  Json best = Json::array();
  for (const BestSoFar& one : status.best)
    best.push_back({{"stage", one.stage}, {"point", Json::parse(one.point)}, {"valid_mae", one.valid_mae}});
  const Json root{{"sweep", status.sweep},
                  {"dataset", status.dataset},
                  {"synthetic", status.synthetic},
                  {"stages", stages},
                  {"cells", cells},
                  {"attempts", status.attempts},
                  {"running", status.running},
                  {"running_ranks", status.running_ranks},
                  {"running_cells", list(status.running_cells, running_json)},
                  {"workers", list(status.workers, worker_json)},
                  {"remaining", status.remaining ? remaining_json(*status.remaining) : Json()},
                  {"best", best},
                  {"failures", failures},
                  {"runs", status.runs},
                  {"elapsed_seconds", status.elapsed_seconds},
                  {"writer", status.writer ? Json(*status.writer) : Json()},
                  {"exit_code", status.exit_code ? Json(*status.exit_code) : Json()},
                  {"verdict", status.verdict}};
  return root.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace missmodal::results
