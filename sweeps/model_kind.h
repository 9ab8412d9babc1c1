#pragma once
// The models that there are, as far as a sweep file and a cell's identity know them. Their networks are in
// trainer/model/registry.h.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::sweeps {

struct ModelKind {
  std::string_view name;  // what `model.name` says
  // The keys below `model` and `loss`, but model.name, that this model reads; those of other models have no
  // effect on it.
  std::span<const std::string_view> keys;
  // Whether it has a network of its own for each subset of the modalities. One that has none predicts with
  // zeros for what is missing.
  bool routes_by_subset = false;

  bool reads(std::string_view key) const;
};

std::span<const ModelKind> model_kinds();
std::span<const std::string_view> model_names();
// Throws InputError, at model.name and with every name there is, for an unknown one.
const ModelKind& model_kind(std::string_view name);

}  // namespace missmodal::sweeps
