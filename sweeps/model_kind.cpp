#include "sweeps/model_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sweeps/baseline_kinds.h"
#include "sweeps/error.h"

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 16> kMissModalKeys{
    "model.text.encoder", "model.text.weights",   "model.text.init",    "model.hidden",
    "model.layers",       "model.heads",          "model.feed_forward", "model.dropout",
    "model.fusion_width", "model.fusion_dropout", "loss.terms",         "loss.alpha",
    "loss.beta",          "loss.temperature",     "loss.geo",           "loss.dis"};

// Where the paper's settings for MOSEI are others.
constexpr std::array kMissModalDefaults{OwnDefault{"training.learning_rate", 5e-4, 1e-3},
                                        OwnDefault{"training.max_epochs", 50.0, 30.0}};

const std::vector<ModelKind>& kinds() {
  static const std::vector<ModelKind> all = [] {
    std::vector<ModelKind> kinds{{.name = "missmodal",
                                  .keys = kMissModalKeys,
                                  .routes_by_subset = true,
                                  .trains_robustly = true,
                                  .own_defaults = kMissModalDefaults}};
    const auto baselines = baseline_kinds();
    kinds.insert(kinds.end(), baselines.begin(), baselines.end());
    return kinds;
  }();
  return all;
}

}  // namespace

bool ModelKind::reads(std::string_view path) const {
  if (!path.starts_with("model.") && !path.starts_with("loss.")) return true;
  return path == "model.name" || path.starts_with(prefix()) ||
         std::find(keys.begin(), keys.end(), path) != keys.end();
}

std::string ModelKind::prefix() const {
  return fmt::format("model.{}.", name);
}

std::span<const ModelKind> model_kinds() {
  return kinds();
}

std::span<const std::string_view> model_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const ModelKind& kind : kinds()) all.push_back(kind.name);
    return all;
  }();
  return names;
}

const ModelKind& model_kind(std::string_view name) {
  for (const ModelKind& kind : kinds()) {
    if (kind.name == name) return kind;
  }
  throw InputError("model.name",
                   fmt::format("no such model: {}; there are: {}", name, fmt::join(model_names(), ", ")));
}

const ModelKind* owner_of(std::string_view path) {
  for (const ModelKind& kind : kinds()) {
    if (path.starts_with(kind.prefix())) return &kind;
  }
  return nullptr;
}

}  // namespace missmodal::sweeps
