#include "sweeps/plan_summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

namespace missmodal::sweeps {
namespace {

std::string network_of(const nlohmann::json& configuration) {
  return configuration.at("model").dump() + configuration.at("training").at("precision").dump();
}

ModelCells& cells_of(const std::string& model, std::vector<ModelCells>& all) {
  for (ModelCells& known : all) {
    if (known.first.model.name == model) return known;
  }
  ModelCells& added = all.emplace_back();
  added.first.model.name = model;
  return added;
}

}  // namespace

PlanSummary summarise(const Sweep& sweep, const ContentHashes& hashes,
                      const std::map<std::string, std::string>& winners) {
  PlanSummary summary;
  summary.conditions = sweep.evaluation.conditions.size();
  summary.draws = sweep.evaluation.draws;
  std::set<std::string> all;
  std::set<std::string> models;
  for (const Stage& stage : sweep.stages) {
    Settings winner;
    if (const auto selected = winners.find(stage.from); selected != winners.end()) {
      winner = parse_point(selected->second);
    } else if (!stage.from.empty()) {
      winner = points(sweep, *find_stage(sweep, stage.from)).front();
      summary.example_winner = true;
    }
    StageSummary counted;
    counted.name = stage.name;
    counted.search = stage.is_search();
    counted.from = stage.from;
    std::set<std::string> own;
    std::set<std::string> tried;
    for (PlannedCell& cell : plan_stage(sweep, stage, winner, hashes)) {
      ++counted.trainings;
      tried.insert(std::move(cell.point));
      if (!own.insert(cell.id).second) continue;
      const auto configuration = nlohmann::json::parse(cell.configuration);
      summary.most_epochs =
          std::max(summary.most_epochs, configuration.at("training").at("max_epochs").get<int>());
      if (models.insert(network_of(configuration)).second) {
        summary.models.push_back(parse_configuration(cell.configuration, "cell " + cell.id));
        summary.models.back().model.text_weights = cell.text_weights;
      }
      ++counted.widths[cell.ranks];
      if (all.contains(cell.id)) {
        ++counted.shared_cells;
        continue;
      }
      ModelCells& model =
          cells_of(configuration.at("model").at("name").get<std::string>(), summary.of_models);
      if (++model.cells > 1) continue;
      model.first = parse_configuration(cell.configuration, "cell " + cell.id);
      model.first.model.text_weights = cell.text_weights;
    }
    counted.distinct_cells = own.size();
    if (stage.is_search()) {
      counted.points = tried.size();
    } else {
      counted.seeds = stage.seeds.size();
      counted.variants = std::max<std::size_t>(1, stage.variants.size());
    }
    all.merge(own);
    summary.stages.push_back(std::move(counted));
  }
  summary.cells = all.size();
  return summary;
}

}  // namespace missmodal::sweeps
