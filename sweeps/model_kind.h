#pragma once
// The models that there are, as far as a sweep file and a cell's identity know them. Their networks are in
// trainer/model/registry.h.

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/dataset_shape.h"
#include "sweeps/value_type.h"

namespace missmodal::sweeps {

// A key that one model alone has, `model.<model>.<name>` in the sweep file. Whole numbers and numbers.
struct OwnKey {
  std::string_view name;
  Kind kind = Kind::whole;
  Range range{};
  double mosi = 0;  // its default with `model.defaults: mosi`
  double mosei = 0;
  std::string_view doc;
};

// A key that all models have, and a default for it that is this model's.
struct OwnDefault {
  using Value = std::variant<double, std::string_view>;
  std::string_view path;
  Value mosi;
  Value mosei;
};

struct ModelKind {
  std::string_view name;  // what `model.name` says
  // The keys below `model` and `loss`, but model.name, that this model reads and others may read too; those
  // of other models have no effect on it.
  std::span<const std::string_view> keys{};
  // Whether it has a network of its own for each subset of the modalities. One that has none predicts with
  // zeros for what is missing.
  bool routes_by_subset = false;
  // Whether each modality has a vector of its own that can be zero in its place.
  bool has_representations = true;
  // Whether an encoder's output can be zeroed or multiplied by noise in training; MissModal's with the task's
  // loss alone.
  bool trains_robustly = false;
  std::span<const OwnKey> own_keys{};
  std::span<const OwnDefault> own_defaults{};
  // Own values that do not fit together; nullptr: all do.
  std::vector<Conflict> (*conflicts)(const ModelConfiguration& model) = nullptr;
  // Own values that do not fit a dataset; nullptr: all fit any.
  std::vector<Conflict> (*misfits)(const ModelConfiguration& model, const DatasetShape& dataset) = nullptr;

  // Whether a key, by its full path, can mean something to this model.
  bool reads(std::string_view path) const;
  // "model.tfn.": what the paths of its own keys begin with.
  std::string prefix() const;
};

std::span<const ModelKind> model_kinds();
std::span<const std::string_view> model_names();
// Throws InputError, at model.name and with every name there is, for an unknown one.
const ModelKind& model_kind(std::string_view name);
// Whose own key has this path, whether there is such a key or not; nullptr: no model's.
const ModelKind* owner_of(std::string_view path);

}  // namespace missmodal::sweeps
