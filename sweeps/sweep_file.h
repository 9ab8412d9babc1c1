#pragma once
// A sweep file (YAML) as plain data, and its reader. All mistakes of a file are found in one go.

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/configuration.h"
#include "sweeps/key.h"
#include "sweeps/resources.h"

namespace missmodal::sweeps {

enum class MethodType { grid, random_grid, random };
enum class Policy { cycle, with_replacement, unique };

// What `parameters` offers for one key: a list of values, or (method random only) a range.
struct Parameter {
  std::string key;
  std::vector<nlohmann::json> values;  // empty: the range below
  double low = 0;
  double high = 0;
  bool logarithmic = false;
};

struct Method {
  MethodType type = MethodType::grid;
  int trials = 0;  // 0 for grid: every point once
  Policy policy = Policy::cycle;
};

struct Selection {
  std::string metric = "mae";
  Condition condition;  // `complete`, `subset/T`, `text/50`, ...
  bool minimize = true;
};

struct Variant {
  std::string name;
  Settings settings;
};

// Either a search (method, parameters, select) or a repeat (seeds, variants).
struct Stage {
  std::string name;
  std::string from;  // the search stage whose winner it inherits; empty: the file's base configuration
  std::optional<Method> method;  // a search stage if present
  std::vector<Parameter> parameters;
  std::optional<Selection> select;
  std::vector<std::int64_t>
      seeds;          // a search stage has none: trial i's seed is derived from (sweep seed, stage, i)
  Settings settings;  // `set`
  std::vector<Variant> variants;  // empty: one variant named ""
  bool is_search() const { return method.has_value(); }
};

struct Sweep {
  std::string name;
  std::int64_t seed = 1;
  std::string dataset_path;  // as written; relative to the working directory
  Configuration base;        // what a stage's settings are laid over
  Settings settings;         // what of it the file or --set says; the rest is the model's defaults
  EvaluationPlan evaluation;
  std::vector<Stage> stages;
  Resources resources;
  std::map<std::string, std::string> places;  // of what is written (sweeps/places.h)
  std::string text;                           // the file's bytes, stored as provenance
  std::vector<std::string> overrides;         // the texts of --set, stored beside them
};

// A training's configuration but for its seed: the sweep's base, and over it these settings. Where they name
// another model or another column of defaults, what the file does not say is that model's.
Configuration configured(const Sweep& sweep, const Settings& settings);

// `overrides` are the `key=value` texts of `--set`; of the same key the last one holds. Throws InputError
// with every mistake: `file:line: key.path: reason`, or `--set key=value: reason`. What the result holds is
// valid as a whole: plan_stage() throws only where a winner it was given does not belong to the sweep.
Sweep read_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

// The same of a file's bytes; `name` is what its mistakes call it.
Sweep parse_sweep(std::string text, const std::string& name, const std::vector<std::string>& overrides = {});

}  // namespace missmodal::sweeps
