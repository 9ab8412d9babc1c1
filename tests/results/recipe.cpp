#include "tests/results/recipe.h"

#include <nlohmann/json.hpp>

#include "sweeps/sha256.h"

namespace missmodal::results {

Provenance provenance() {
  return {.sweep_name = "mosi",
          .sweep_text = "name: mosi\n",
          .dataset_sha256 = std::string(64, 'd'),
          .dataset_label = "MOSI",
          .dataset_report = R"({"splits": {}})",
          .program_version = "0.1.0",
          .libtorch_version = "1.13.0",
          .evaluation = {},
          .overrides = {"training.max_epochs=8"},
          .run_token = "fabricated"};
}

sweeps::PlannedCell planned_cell(const Recipe& recipe, const std::string& stage, int plan_index,
                                 const std::string& variant, const std::string& point) {
  nlohmann::json configuration{{"dataset", std::string(64, 'd')},
                               {"evaluation", {{"route", recipe.route}}},
                               {"loss", {{"terms", recipe.terms}}},
                               {"model", {{"name", "missmodal"}, {"hidden", recipe.hidden}}},
                               {"seed", recipe.seed},
                               {"semantics", 1},
                               {"training", {{"batch_size", 32}, {"learning_rate", 5e-4}}}};
  if (recipe.terms.size() > 1 && recipe.terms[1] == "geo") configuration["loss"]["alpha"] = recipe.alpha;
  if (!recipe.zero_text.empty()) configuration["evaluation"]["zero_at"]["text"] = recipe.zero_text;
  if (!recipe.weights.empty()) configuration["model"]["text"]["weights_sha256"] = recipe.weights;
  if (!recipe.normalize.empty()) configuration["normalize"] = recipe.normalize;
  const std::string canonical = configuration.dump();
  return {.id = hex(sha256(canonical)),
          .configuration = canonical,
          .stage = stage,
          .variant = variant,
          .plan_index = plan_index,
          .point = point,
          .text_weights = ""};
}

}  // namespace missmodal::results
