#include "sweeps/method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "sweeps/error.h"
#include "sweeps/key.h"
#include "sweeps/sha256.h"
#include "sweeps/shuffle.h"

namespace missmodal::sweeps {
namespace {

std::string stream_key(std::string_view purpose, std::int64_t sweep_seed, const std::string& stage,
                       std::size_t number) {
  return fmt::format("missmodal-{}-v1|{}|{}|{}", purpose, sweep_seed, stage, number);
}

// Six significant digits: readable, and the same on every machine although std::exp is not.
double rounded(double value) {
  return std::strtod(fmt::format("{:.5e}", value).c_str(), nullptr);
}

nlohmann::json drawn_value(const Parameter& parameter, NumberStream& numbers) {
  if (!parameter.values.empty()) return parameter.values[numbers.below(parameter.values.size())];
  const double low = parameter.low;
  const double high = parameter.high;
  const bool whole = find_key(parameter.key)->type.kind == Kind::whole;
  if (whole && !parameter.logarithmic) {
    const auto count = static_cast<std::uint64_t>(high - low) + 1;
    return static_cast<std::int64_t>(low) + static_cast<std::int64_t>(numbers.below(count));
  }
  const double unit = numbers.unit();
  const double value =
      parameter.logarithmic ? low * std::exp(unit * std::log(high / low)) : low + unit * (high - low);
  const double inside = std::clamp(whole ? std::round(value) : rounded(value), low, high);
  return whole ? nlohmann::json(static_cast<std::int64_t>(inside)) : nlohmann::json(inside);
}

Settings random_point(const Stage& stage, std::int64_t sweep_seed, std::size_t trial) {
  Settings point;
  for (const Parameter& parameter : stage.parameters) {
    // A stream for each key: another parameter does not change what the first ones draw.
    NumberStream numbers(stream_key("random", sweep_seed, stage.name, trial) + "|" + parameter.key);
    point[parameter.key] = drawn_value(parameter, numbers);
  }
  return point;
}

std::vector<std::size_t> grid_indices(const Stage& stage, std::int64_t sweep_seed) {
  const std::size_t size = grid_size(stage.parameters);
  MISSMODAL_CHECK(size <= kMostTrials);
  const bool whole_grid = stage.method->type == MethodType::grid;
  const auto asked = static_cast<std::size_t>(stage.method->trials);
  const bool capped = stage.method->policy == Policy::unique;
  const std::size_t trials = whole_grid ? size : capped ? std::min(asked, size) : asked;
  std::vector<std::size_t> indices;
  std::vector<std::size_t> round;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    if (whole_grid) {
      indices.push_back(trial);
    } else if (stage.method->policy == Policy::with_replacement) {
      indices.push_back(NumberStream(stream_key("draw", sweep_seed, stage.name, trial)).below(size));
    } else {
      if (trial % size == 0)
        round = permutation(size, stream_key("round", sweep_seed, stage.name, trial / size));
      indices.push_back(round[trial % size]);
    }
  }
  return indices;
}

}  // namespace

std::vector<Trial> trial_points(const Stage& stage, std::int64_t sweep_seed) {
  MISSMODAL_CHECK(stage.is_search());
  std::vector<Trial> trials;
  if (stage.method->type == MethodType::random) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(stage.method->trials); ++i) {
      trials.push_back({random_point(stage, sweep_seed, i), trial_seed(sweep_seed, stage.name, i)});
    }
    return trials;
  }
  for (std::size_t index : grid_indices(stage, sweep_seed)) {
    trials.push_back(
        {grid_point(stage.parameters, index), trial_seed(sweep_seed, stage.name, trials.size())});
  }
  return trials;
}

std::size_t grid_size(const std::vector<Parameter>& parameters) {
  std::size_t size = 1;
  for (const Parameter& parameter : parameters) {
    MISSMODAL_CHECK(!parameter.values.empty());
    size *= parameter.values.size();
    if (size > kMostTrials) return kMostTrials + 1;
  }
  return size;
}

Settings grid_point(const std::vector<Parameter>& parameters, std::size_t index) {
  Settings point;
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    point[parameter->key] = parameter->values[index % parameter->values.size()];
    index /= parameter->values.size();
  }
  return point;
}

std::int64_t trial_seed(std::int64_t sweep_seed, const std::string& stage, std::size_t trial) {
  return static_cast<std::int64_t>(big_endian(sha256(stream_key("seed", sweep_seed, stage, trial)), 0) >> 33);
}

}  // namespace missmodal::sweeps
