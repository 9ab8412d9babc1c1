// missmodal train: one trial of a sweep file, without mpirun and without a database.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "coordinator/main/commands.h"
#include "coordinator/main/device_here.h"
#include "coordinator/main/examination.h"
#include "sweeps/canonical.h"
#include "sweeps/content_hash.h"
#include "sweeps/dataset_fit.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/output_file.h"
#include "sweeps/plan.h"
#include "sweeps/sha256.h"
#include "sweeps/sweep_file.h"
#include "sweeps/value_type.h"
#include "trainer/checkpoint.h"
#include "trainer/threads.h"
#include "trainer/torch.h"
#include "trainer/train_trial.h"
#include "trainer/training_checkpoints.h"

namespace missmodal::coordinator {
namespace {

struct TrainOptions {
  std::string sweep_file;
  std::vector<std::string> overrides;
  std::string stage;
  std::string variant;
  std::optional<std::int64_t> seed;
  std::string checkpoint;
  std::string work;
  bool json = false;
};

nlohmann::ordered_json number_or_null(std::optional<double> value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json to_json(const sweeps::TrialResult& result, const std::string& configuration) {
  using Json = nlohmann::ordered_json;
  Json json{{"outcome", result.outcome == sweeps::Outcome::diverged ? "diverged" : "finished"},
            {"diverged_step", result.diverged_step},
            {"best_epoch", result.best_epoch},
            {"parameters", result.parameters},
            {"train_seconds", result.train_seconds},
            {"evaluate_seconds", result.evaluate_seconds},
            {"configuration", Json::parse(configuration)},
            {"epochs", Json::array()},
            {"metrics", Json::array()}};
  for (const sweeps::EpochRecord& epoch : result.epochs) {
    json["epochs"].push_back({{"epoch", epoch.epoch},
                              {"losses", epoch.losses},
                              {"valid_mae", epoch.valid_mae},
                              {"valid_corr", number_or_null(epoch.valid_corr)},
                              {"best", epoch.best}});
  }
  for (const sweeps::MetricRow& row : result.metrics) {
    const sweeps::Metrics& m = row.metrics;
    json["metrics"].push_back({{"split", sweeps::name(row.split)},
                               {"condition", sweeps::text(row.condition)},
                               {"kind", sweeps::name(row.kind)},
                               {"n", m.n},
                               {"mae", number_or_null(m.mae)},
                               {"corr", number_or_null(m.corr)},
                               {"acc7", number_or_null(m.acc7)},
                               {"acc5", number_or_null(m.acc5)},
                               {"acc2_has0", number_or_null(m.acc2_has0)},
                               {"f1_has0", number_or_null(m.f1_has0)},
                               {"acc2_non0", number_or_null(m.acc2_non0)},
                               {"f1_non0", number_or_null(m.f1_non0)},
                               {"acc3", number_or_null(m.acc3)}});
  }
  return json;
}

std::string cell_text(std::optional<double> value, double scale, int digits) {
  return value ? fmt::format("{:.{}f}", *value * scale, digits) : "-";
}

void print_test_rows(const sweeps::TrialResult& result, sweeps::LabelScale scale) {
  const bool three = scale == sweeps::LabelScale::three;
  fmt::print("{:<14}{:>9}{:>9}{:>9}{:>9}{:>14}{:>12}\n", "test", "MAE", "Corr", three ? "Acc7 %" : "Acc3 %",
             "Acc5 %", three ? "Acc2 % non0" : "Acc2 %", three ? "F1 % non0" : "F1 %");
  for (const sweeps::MetricRow& row : result.metrics) {
    const bool shown = row.kind == sweeps::RowKind::fixed || row.kind == sweeps::RowKind::mean;
    if (row.split != sweeps::SplitName::test || !shown) continue;
    const sweeps::Metrics& m = row.metrics;
    fmt::print("{:<14}{:>9}{:>9}{:>9}{:>9}{:>14}{:>12}\n", sweeps::text(row.condition),
               cell_text(m.mae, 1, 4), cell_text(m.corr, 1, 4), cell_text(three ? m.acc7 : m.acc3, 100, 2),
               cell_text(m.acc5, 100, 2), cell_text(three ? m.acc2_non0 : m.acc2_has0, 100, 2),
               cell_text(three ? m.f1_non0 : m.f1_has0, 100, 2));
  }
}

// Tried before an hour of training, not after.
std::optional<OutputFile> open_checkpoint(const TrainOptions& options, const std::string& dataset,
                                          const std::string& weights) {
  if (options.checkpoint.empty()) return std::nullopt;
  std::vector<std::filesystem::path> inputs{options.sweep_file, dataset};
  if (!weights.empty()) {
    for (const char* file : {"config.json", "model.safetensors"})
      inputs.push_back(std::filesystem::path(weights) / file);
  }
  return OutputFile(options.checkpoint, inputs);
}

// A resumed training has the bits of an undisturbed one where it runs on the same.
trainer::CheckpointOptions checkpoint_options(const std::filesystem::path& folder,
                                              const sweeps::Resources& resources,
                                              const std::string& configuration, torch::Device device) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw InputError(folder.string(), fmt::format("cannot be made: {}", error.message()));
  const std::string cell = hex(sha256(configuration));
  trainer::CheckpointOptions checkpoints;
  checkpoints.folder = folder;
  checkpoints.name = cell;
  checkpoints.identity = fmt::format("cell {}, {}, {} threads, LibTorch {}", cell,
                                     torch::DeviceTypeName(device.type(), /*lower_case=*/true),
                                     resources.threads_per_trial, TORCH_VERSION);
  checkpoints.interval = std::chrono::seconds(resources.checkpoint_seconds);
  checkpoints.say = [](const std::string& line) { fmt::print(stderr, "train: {}\n", line); };
  OutputFile(folder / (cell + ".0.training"));  // tried before an hour of training, not after
  return checkpoints;
}

int train(const TrainOptions& options) {
  prepare_for_deterministic_products();
  const sweeps::Sweep sweep = sweeps::read_sweep(options.sweep_file, options.overrides);
  const sweeps::Stage* stage = sweeps::find_stage(sweep, options.stage);
  sweeps::Configuration configuration = sweeps::stage_configuration(
      sweep, options.stage, options.variant,
      stage == nullptr ? sweeps::Settings{} : sweeps::settings_below(sweep, *stage));
  if (options.seed) configuration.seed = *options.seed;
  configuration.ranks = 1;  // this process is the only one
  const auto weights = sweeps::text_weights(configuration);
  const Examination examination = examine(sweep.dataset_path, weights, Absent::refused);
  const auto& dataset = examination.dataset;
  const auto misfits = sweeps::dataset_misfits(
      sweep, stage, stage == nullptr ? nullptr : sweeps::find_variant(*stage, options.variant), configuration,
      examination.shape);
  if (!misfits.empty()) throw InputError(misfits);
  std::optional<OutputFile> output =
      open_checkpoint(options, sweep.dataset_path, configuration.model.text_weights);
  sweeps::ContentHashes hashes{dataset->content_sha256(), {}};
  for (const sweeps::TextWeights& folder : weights)
    hashes.weights_sha256[folder.path] = sweeps::content_sha256(folder.path);
  configuration = sweeps::resolved(configuration, hashes);
  const trainer::EvaluationSetup evaluation(sweep.evaluation, *dataset);
  trainer::set_threads(sweep.resources.threads_per_trial);
  trainer::TrialHooks hooks;
  hooks.on_epoch = [](const sweeps::EpochRecord& epoch) {
    fmt::print(stderr, "epoch {:>3}  loss {:.4f}  validation MAE {:.4f}  Corr {}{}  {:.1f} s\n", epoch.epoch,
               epoch.losses.at("total"), epoch.valid_mae, cell_text(epoch.valid_corr, 1, 4),
               epoch.best ? "  best" : "", epoch.train_seconds);
  };
  const torch::Device device = device_here(sweep.resources);
  const std::string canonical = sweeps::canonical(configuration, dataset->content_sha256());
  std::optional<trainer::TrainingCheckpoints> checkpoints;
  if (!options.work.empty())
    checkpoints.emplace(checkpoint_options(options.work, sweep.resources, canonical, device));
  const trainer::TrainedTrial trial = trainer::train_trial(configuration, *dataset, evaluation, device, hooks,
                                                           nullptr, checkpoints ? &*checkpoints : nullptr);
  if (options.json) {
    fmt::print("{}\n", to_json(trial.result, canonical).dump(2));
  } else if (trial.result.outcome == sweeps::Outcome::diverged) {
    fmt::print("diverged: {}\n", trial.result.diverged_step == 0
                                     ? "a prediction is not finite"
                                     : fmt::format("step {}", trial.result.diverged_step));
  } else {
    print_test_rows(trial.result, dataset->scale());
    fmt::print("best epoch {}, {} parameters used, {:.1f} s training, {:.2f} s evaluation, on {}{}\n",
               trial.result.best_epoch, trial.result.parameters, trial.result.train_seconds,
               trial.result.evaluate_seconds, dataset->title(), dataset->synthetic() ? " (synthetic)" : "");
  }
  if (output && trial.checkpoint) trainer::save_checkpoint(std::move(*output), *trial.checkpoint);
  if (checkpoints) checkpoints->remove();
  return trial.checkpoint ? kExitOk : kExitIncomplete;
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand("train", "Train and evaluate one trial of a sweep file");
  command->add_option("sweep", options->sweep_file, "the sweep file")->required();
  command->add_option("--set", options->overrides, "key=value, over the sweep file; may be repeated")
      ->allow_extra_args(false);
  CLI::Option* stage =
      command->add_option("--stage", options->stage, "take this stage's settings over the base");
  command->add_option("--variant", options->variant, "and this variant's")->needs(stage);
  command->add_option("--seed", options->seed, "instead of 1111")
      ->check(CLI::Range(std::int64_t{0}, static_cast<std::int64_t>(sweeps::kLargestWhole)));
  command->add_option("--checkpoint", options->checkpoint, "write the best epoch's weights here");
  command->add_option("--work", options->work,
                      "keep a training checkpoint in this folder, and go on from it after a death");
  command->add_flag("--json", options->json, "print everything as JSON");
  command->callback([options, &exit_code] { exit_code = train(*options); });
}

}  // namespace missmodal::coordinator
