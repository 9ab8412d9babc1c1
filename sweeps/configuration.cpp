#include "sweeps/configuration.h"

#include <algorithm>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/model_kind.h"

namespace missmodal::sweeps {
namespace {

bool trains_incomplete_fusions(const LossConfiguration& loss) {
  return loss.has(LossTerm::geo) || loss.has(LossTerm::dis) || loss.has(LossTerm::sem);
}

// Whether something trains the networks that predict from incomplete subsets.
bool trains_subsets(const Configuration& configuration) {
  return model_kind(configuration.model.name).routes_by_subset &&
         trains_incomplete_fusions(configuration.loss);
}

constexpr const char* kNoSubsets =
    "must not be subset: this model has no network of each subset's own, it predicts with zeros for what is "
    "missing";

constexpr const char* kUntrainedSubsets =
    "must not be subset where loss.terms is [task]: the incomplete subsets' fusion networks are never "
    "trained";

// Why the route `subset` cannot be taken.
const char* no_subset_route(const Configuration& configuration) {
  return model_kind(configuration.model.name).routes_by_subset ? kUntrainedSubsets : kNoSubsets;
}

// Token ids have no zero that would mean "missing".
constexpr const char* kNoZeroToken =
    "must be representation with the encoder bert where missing modalities become zero (route full): its "
    "input "
    "is word pieces, of which none is zero";

constexpr const char* kNotRobust =
    "must be none: mult, misa, self_mm, mmim and missmodal with loss.terms [task] have robust training";

constexpr const char* kNoRepresentation =
    "must be input: this model has no vector of each modality that could be zero instead";

bool predicts_with_zeros(const Configuration& configuration) {
  const Route route = configuration.evaluation.route;
  return route == Route::full || (route == Route::automatic && !trains_subsets(configuration));
}

}  // namespace

bool LossConfiguration::has(LossTerm term) const {
  return std::find(terms.begin(), terms.end(), term) != terms.end();
}

Route resolved_route(const Configuration& configuration) {
  const bool routed = trains_subsets(configuration);
  if (configuration.evaluation.route == Route::subset && !routed) {
    throw InputError("evaluation.route", no_subset_route(configuration));
  }
  if (configuration.evaluation.route != Route::automatic) return configuration.evaluation.route;
  return routed ? Route::subset : Route::full;
}

std::vector<Conflict> conflicts(const Configuration& configuration) {
  const ModelConfiguration& model = configuration.model;
  const ModelKind& kind = model_kind(model.name);
  std::vector<Conflict> found;
  if (kind.conflicts != nullptr) found = kind.conflicts(model);
  const EvaluationConfiguration& evaluation = configuration.evaluation;
  for (const auto& [key, zero_at] : {std::pair{"evaluation.zero_at.text", evaluation.zero_text},
                                     std::pair{"evaluation.zero_at.audio", evaluation.zero_audio},
                                     std::pair{"evaluation.zero_at.vision", evaluation.zero_vision}}) {
    if (!kind.has_representations && zero_at == ZeroAt::representation)
      found.push_back({{key, "model.name"}, kNoRepresentation});
  }
  const RobustConfiguration& robust = configuration.training.robust;
  if (robust.modality != RobustModality::none) {
    if (!kind.trains_robustly || trains_subsets(configuration)) {
      found.push_back(
          {{"training.robust.modality", "training.robust", "model.name", "loss.terms"}, kNotRobust});
    }
    if (robust.missing + robust.noise > 1) {
      found.push_back({{"training.robust.noise", "training.robust.missing", "training.robust"},
                       "and training.robust.missing are shares of one batch: together at most 1"});
    }
  }
  if (2 * model.hidden % model.heads != 0) {
    found.push_back({{"model.heads", "model.hidden"},
                     "must divide 2 * model.hidden = " + std::to_string(2 * model.hidden) + ", got " +
                         std::to_string(model.heads)});
  }
  if (model.text_encoder == TextEncoder::bert && model.text_weights.empty() &&
      model.text_weights_sha256.empty()) {
    found.push_back({{"model.text.weights", "model.text.encoder", "model.text"},
                     "is missing: the encoder bert needs a folder with config.json and model.safetensors"});
  }
  if (configuration.evaluation.route == Route::subset && !trains_subsets(configuration)) {
    found.push_back({{"evaluation.route", "loss.terms", "model.name"}, no_subset_route(configuration)});
  }
  if (model.text_encoder == TextEncoder::bert && configuration.evaluation.zero_text == ZeroAt::input &&
      predicts_with_zeros(configuration)) {
    found.push_back(
        {{"evaluation.zero_at.text", "evaluation.route", "model.text.encoder", "loss.terms"}, kNoZeroToken});
  }
  return found;
}

}  // namespace missmodal::sweeps
