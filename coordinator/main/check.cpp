// missmodal check: every mistake of a sweep file, and of the files it names where they exist, without GPU or
// MPI.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/main/commands.h"
#include "coordinator/main/examination.h"
#include "sweeps/exit_code.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {
namespace {

struct CheckOptions {
  std::string sweep_file;
  std::vector<std::string> overrides;
  bool workers_per_gpu = false;
};

std::string described(const sweeps::Sweep& sweep, const sweeps::Stage& stage) {
  const std::string from = stage.from.empty() ? "" : ", from " + stage.from;
  if (stage.is_search()) {
    return fmt::format("search over {} different points{}", sweeps::points(sweep, stage).size(), from);
  }
  return fmt::format("{} seeds x {} variants{}", stage.seeds.size(),
                     std::max<std::size_t>(1, stage.variants.size()), from);
}

int check(const CheckOptions& options) {
  const sweeps::Sweep sweep = sweeps::read_sweep(options.sweep_file, options.overrides);
  const Examination inputs = examine(sweep, Absent::told);
  if (options.workers_per_gpu) {
    fmt::print("{}\n", sweep.resources.device == "cpu" ? 0 : sweep.resources.trials_per_gpu);
    return kExitOk;
  }
  fmt::print("{}: ok\n", options.sweep_file);
  for (const sweeps::Stage& stage : sweep.stages)
    fmt::print("  {}: {}\n", stage.name, described(sweep, stage));
  fmt::print("  {} conditions, {} draws\n", sweep.evaluation.conditions.size(), sweep.evaluation.draws);
  for (const std::string& path : inputs.absent) {
    const bool dataset = path == sweep.dataset_path;
    fmt::print("  remark: the {} {} is not there yet\n", dataset ? "dataset" : "weights folder", path);
  }
  for (const std::string& remark : inputs.remarks) fmt::print("  remark: {}\n", remark);
  return kExitOk;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "list every mistake of a sweep file");
  command->add_option("file", options->sweep_file, "the sweep file")->required();
  command->add_option("--set", options->overrides, "key=value over the file's base configuration; repeatable")
      ->allow_extra_args(false);
  command->add_flag("--workers-per-gpu", options->workers_per_gpu,
                    "print how many workers a GPU is for and nothing else: resources.trials_per_gpu, 0 with "
                    "resources.device: cpu");
  command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace missmodal::coordinator
