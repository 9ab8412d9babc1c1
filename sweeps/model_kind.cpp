#include "sweeps/model_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sweeps/error.h"

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 16> kMissModalKeys{
    "model.text.encoder", "model.text.weights",   "model.text.init",    "model.hidden",
    "model.layers",       "model.heads",          "model.feed_forward", "model.dropout",
    "model.fusion_width", "model.fusion_dropout", "loss.terms",         "loss.alpha",
    "loss.beta",          "loss.temperature",     "loss.geo",           "loss.dis"};

constexpr std::array<ModelKind, 1> kKinds{ModelKind{"missmodal", kMissModalKeys, true}};

}  // namespace

bool ModelKind::reads(std::string_view key) const {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::span<const ModelKind> model_kinds() {
  return kKinds;
}

std::span<const std::string_view> model_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const ModelKind& kind : kKinds) all.push_back(kind.name);
    return all;
  }();
  return names;
}

const ModelKind& model_kind(std::string_view name) {
  for (const ModelKind& kind : kKinds) {
    if (kind.name == name) return kind;
  }
  throw InputError("model.name",
                   fmt::format("no such model: {}; there are: {}", name, fmt::join(model_names(), ", ")));
}

}  // namespace missmodal::sweeps
