// missmodal complexity: what a prediction of each of a sweep's models costs.

#include "trainer/complexity.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "coordinator/main/commands.h"
#include "coordinator/main/examination.h"
#include "sweeps/exit_code.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"
#include "trainer/batch.h"
#include "trainer/threads.h"

namespace missmodal::coordinator {
namespace {

struct ComplexityOptions {
  std::string sweep_file;
  std::vector<std::string> overrides;
  bool json = false;
};

// One of the networks that a sweep's seeds train.
struct Network {
  std::string stage;
  std::string variant;
  sweeps::Configuration configuration;
};

// What a search tries is as the file has it, what it sets is known: the winner is not, here.
std::vector<Network> networks_of(const sweeps::Sweep& sweep) {
  std::vector<Network> networks;
  for (const sweeps::Stage& stage : sweep.stages) {
    if (stage.is_search()) continue;
    std::vector<sweeps::Variant> variants = stage.variants;
    if (variants.empty()) variants.emplace_back();
    const sweeps::Settings below = sweeps::settings_below(sweep, stage);
    for (const sweeps::Variant& variant : variants)
      networks.push_back(
          {stage.name, variant.name, sweeps::stage_configuration(sweep, stage.name, variant.name, below)});
  }
  if (networks.empty()) networks.push_back({"", "", sweep.base});
  return networks;
}

std::array<std::int64_t, 3> mean_lengths(const trainer::Split& split) {
  std::array<std::int64_t, 3> means{};
  for (std::size_t i = 0; i < means.size(); ++i) {
    const trainer::Sequences& sequences = split.sequences[i];
    const double mean = static_cast<double>(sequences.offsets.back()) / static_cast<double>(split.size());
    means[i] = std::max<std::int64_t>(1, std::llround(mean));
  }
  return means;
}

int run(const ComplexityOptions& options) {
  const sweeps::Sweep sweep = sweeps::read_sweep(options.sweep_file, options.overrides);
  const auto dataset = examine(sweep, Absent::refused).dataset;
  trainer::set_threads(sweep.resources.threads_per_trial);
  const trainer::Widths widths = trainer::widths_of(*dataset);
  const std::array<std::int64_t, 3> lengths = mean_lengths(dataset->split(sweeps::SplitName::train));
  const trainer::Batch utterance = trainer::utterance_of(lengths, widths);
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  if (!options.json) {
    fmt::print(
        "one utterance of mean length (text {}, audio {}, vision {}), complete modalities, {} thread{}\n\n",
        lengths[0], lengths[1], lengths[2], sweep.resources.threads_per_trial,
        sweep.resources.threads_per_trial == 1 ? "" : "s");
    fmt::print("{:<20} {:<14} {:<10} {:>12} {:>15} {:>9}\n", "stage", "variant", "model", "parameters",
               "multiply-adds", "ms");
  }
  for (Network& network : networks_of(sweep)) {
    network.configuration.evaluation.route = sweeps::resolved_route(network.configuration);
    const auto model = trainer::make_model(network.configuration, widths);
    const trainer::Complexity found = trainer::complexity_of(*model, utterance);
    const std::string& name = network.configuration.model.name;
    if (!options.json) {
      fmt::print("{:<20} {:<14} {:<10} {:>12} {:>15} {:>9.3f}\n", network.stage, network.variant, name,
                 found.parameters, found.multiply_adds, 1e3 * found.seconds);
    }
    rows.push_back({{"stage", network.stage},
                    {"variant", network.variant},
                    {"model", name},
                    {"parameters", found.parameters},
                    {"multiply_adds", found.multiply_adds},
                    {"seconds", found.seconds}});
  }
  if (options.json) {
    const nlohmann::ordered_json json{
        {"lengths", {{"text", lengths[0]}, {"audio", lengths[1]}, {"vision", lengths[2]}}},
        {"threads", sweep.resources.threads_per_trial},
        {"networks", rows}};
    fmt::print("{}\n", json.dump(2));
  }
  return kExitOk;
}

}  // namespace

void add_complexity(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ComplexityOptions>();
  CLI::App* command =
      app.add_subcommand("complexity", "Count what a prediction of each of a sweep's models costs");
  command->add_option("sweep", options->sweep_file, "the sweep file")->required();
  command->add_option("--set", options->overrides, "key=value over the file's base configuration; repeatable")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "as JSON");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace missmodal::coordinator
