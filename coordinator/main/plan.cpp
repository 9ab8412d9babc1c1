// missmodal plan: what a sweep would run, without GPU or MPI.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstddef>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/main/commands.h"
#include "coordinator/main/disk_use.h"
#include "coordinator/main/examination.h"
#include "coordinator/main/plan_time.h"
#include "coordinator/side_by_side.h"
#include "coordinator/winner_review.h"
#include "results/winners.h"
#include "sweeps/content_hash.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/plan_summary.h"
#include "sweeps/presence.h"
#include "sweeps/sha256.h"
#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {
namespace {

struct PlanOptions {
  std::string sweep_file;
  std::vector<std::string> overrides;
  std::string database;
  bool measure = false;
  bool json = false;
  JobShape job{.ranks = 0};  // 0: not asked for
};

// What the plan was counted with. Where the data or the weights are not there yet, a stand-in hash is as good
// for counting; the cells' ids are not printed.
struct Inputs {
  sweeps::ContentHashes hashes;
  std::vector<std::string> absent;                  // paths
  std::shared_ptr<const trainer::Dataset> dataset;  // nullptr: absent
};

Inputs open_what_is_there(const sweeps::Sweep& sweep) {
  Inputs inputs;
  const Examination examination = examine(sweep, Absent::told);
  if (examination.dataset != nullptr) {
    inputs.dataset = examination.dataset;
    inputs.hashes.dataset_sha256 = examination.dataset->content_sha256();
  } else {
    inputs.absent.push_back(sweep.dataset_path);
    inputs.hashes.dataset_sha256 = hex(sha256("absent"));
  }
  for (const std::string& path : sweeps::weights_paths(sweep)) {
    if (is_there(path)) {
      inputs.hashes.weights_sha256[path] = sweeps::content_sha256(path);
    } else {
      inputs.absent.push_back(path);
      inputs.hashes.weights_sha256[path] = hex(sha256(path));
    }
  }
  return inputs;
}

// "12 s", "34 min", "5.6 h"
std::string duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.3g} s", seconds);
  if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

// The winners of a database that the sweep file still asks for, by search.
std::map<std::string, std::string> stored_winners(const PlanOptions& options, const sweeps::Sweep& sweep,
                                                  const sweeps::ContentHashes& hashes) {
  if (options.database.empty()) return {};
  return review_winners(sweep, hashes,
                        results::read_winners(options.database, sweep.name, hashes.dataset_sha256))
      .fitting;
}

std::optional<DiskUse> known_disk_use(const sweeps::Sweep& sweep, const sweeps::PlanSummary& plan,
                                      const Inputs& inputs) {
  if (!inputs.absent.empty()) return std::nullopt;
  return disk_use(sweep, plan, *inputs.dataset);
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

// How one stage's trials of one width run side by side.
struct StageFit {
  std::string stage;
  int width = 1;
  std::size_t cells = 0;
  SideBySide fit;
};

// Throws InputError where the job's ranks can give one of the trials no gang.
std::vector<StageFit> fits(const PlanOptions& options, const sweeps::Sweep& sweep,
                           const sweeps::PlanSummary& plan) {
  std::vector<StageFit> fits;
  if (options.job.ranks == 0) return fits;
  for (const sweeps::StageSummary& stage : plan.stages) {
    for (const auto& [width, cells] : stage.widths) {
      fits.push_back({stage.name, width, cells, side_by_side(options.job, sweep.resources, width)});
      if (fits.back().fit.trials > 0) continue;
      throw InputError(
          options.sweep_file + ": resources.ranks_per_trial",
          fmt::format("stage {} needs {} ranks for one trial, which {} can never give{}", stage.name, width,
                      options.job.ranks == 1 ? "1 rank" : fmt::format("{} ranks", options.job.ranks),
                      width <= options.job.ranks ? ": several of them share a GPU" : ""));
    }
  }
  return fits;
}

std::string count_or_dash(std::size_t count) {
  return count == 0 ? "-" : std::to_string(count);
}

void print_fits(const JobShape& job, const std::vector<StageFit>& fits) {
  if (fits.empty()) return;
  fmt::print("\non {} ranks{}\n", job.ranks,
             job.per_host > 0 ? fmt::format(", {} a host", job.per_host) : ", all on one host");
  fmt::print("{:<20} {:>15} {:>9} {:>12} {:>14} {:>11}\n", "stage", "ranks per trial", "cells",
             "side by side", "spanning hosts", "idle ranks");
  for (const auto& [stage, width, cells, fit] : fits) {
    fmt::print("{:<20} {:>15} {:>9} {:>12} {:>14} {:>11}\n", stage, width, cells, fit.trials, fit.spanning,
               fit.idle_ranks);
  }
}

std::string duration_or_dash(std::optional<double> seconds) {
  return seconds ? duration(*seconds) : "-";
}

void print_times(const std::vector<ModelTime>& times, std::size_t cells) {
  if (const std::optional<double> total = total_seconds(times)) {
    fmt::print("time: {} a cell, {} on one worker\n", duration(*total / static_cast<double>(cells)),
               duration(*total));
  } else {
    fmt::print("time: unknown\n");
  }
  if (times.size() < 2) return;
  fmt::print("\n{:<20} {:>9} {:>9} {:>9}\n", "model", "cells", "a cell", "all");
  for (const ModelTime& time : times) {
    fmt::print("{:<20} {:>9} {:>9} {:>9}\n", time.model, time.cells, duration_or_dash(time.cell_seconds),
               duration_or_dash(total_seconds({time})));
  }
  fmt::print("\n");
}

void print_text(const sweeps::Sweep& sweep, const sweeps::PlanSummary& plan, const Inputs& inputs,
                const std::vector<ModelTime>& times, const std::optional<DiskUse>& disk, const JobShape& job,
                const std::vector<StageFit>& side_by_side) {
  fmt::print("sweep {}\n\n", sweep.name);
  fmt::print("{:<20} {:<8} {:<20} {:>9} {:>9} {:>9} {:>7} {:>6} {:>9}\n", "stage", "kind", "from",
             "trainings", "different", "shared", "points", "seeds", "variants");
  for (const sweeps::StageSummary& stage : plan.stages) {
    fmt::print("{:<20} {:<8} {:<20} {:>9} {:>9} {:>9} {:>7} {:>6} {:>9}\n", stage.name,
               stage.search ? "search" : "repeat", stage.from.empty() ? "-" : stage.from, stage.trainings,
               stage.distinct_cells, stage.shared_cells, count_or_dash(stage.points),
               count_or_dash(stage.seeds), count_or_dash(stage.variants));
  }
  fmt::print("\n{} cells to train; one that several stages share is trained once\n", plan.cells);
  fmt::print("{} conditions, {} draws, all from one matrix of predictions for each cell and split\n",
             plan.conditions, plan.draws);
  print_times(times, plan.cells);
  if (disk) {
    fmt::print(
        "disk: {} of checkpoints at most for each trial that runs, {} for {} trained models that stay\n",
        megabytes(disk->checkpoint_bytes), megabytes(disk->kept_bytes), disk->kept_models);
  }
  print_fits(job, side_by_side);
  if (plan.example_winner) {
    fmt::print("remark: a stage from a search without a winner is counted with the search's first point\n");
  }
  for (const std::string& path : inputs.absent) {
    fmt::print("remark: {} is not there yet; the counts hold for any content\n", path);
  }
}

void print_json(const sweeps::Sweep& sweep, const sweeps::PlanSummary& plan, const Inputs& inputs,
                const std::vector<ModelTime>& times, const std::optional<DiskUse>& disk, const JobShape& job,
                const std::vector<StageFit>& side_by_side) {
  using Json = nlohmann::ordered_json;
  const std::optional<double> total = total_seconds(times);
  Json root{{"sweep", sweep.name},
            {"dataset", sweep.dataset_path},
            {"absent", inputs.absent},
            {"cells", plan.cells},
            {"conditions", plan.conditions},
            {"draws", plan.draws},
            {"example_winner", plan.example_winner},
            {"seconds_per_cell", total ? Json(*total / static_cast<double>(plan.cells)) : Json(nullptr)},
            {"models", Json::array()},
            {"disk", nullptr},
            {"stages", Json::array()}};
  for (const ModelTime& time : times) {
    root["models"].push_back(
        {{"model", time.model},
         {"cells", time.cells},
         {"seconds_per_cell", time.cell_seconds ? Json(*time.cell_seconds) : Json(nullptr)}});
  }
  if (disk) {
    root["disk"] = {{"checkpoint_bytes", disk->checkpoint_bytes},
                    {"model_bytes", disk->model_bytes},
                    {"kept_models", disk->kept_models},
                    {"kept_bytes", disk->kept_bytes}};
  }
  for (const sweeps::StageSummary& stage : plan.stages) {
    root["stages"].push_back({{"name", stage.name},
                              {"kind", stage.search ? "search" : "repeat"},
                              {"from", stage.from.empty() ? Json(nullptr) : Json(stage.from)},
                              {"trainings", stage.trainings},
                              {"distinct_cells", stage.distinct_cells},
                              {"shared_cells", stage.shared_cells},
                              {"points", stage.points},
                              {"seeds", stage.seeds},
                              {"variants", stage.variants}});
  }
  if (job.ranks > 0) root["side_by_side"] = Json::array();
  for (const auto& [stage, width, cells, fit] : side_by_side) {
    root["side_by_side"].push_back({{"stage", stage},
                                    {"ranks_per_trial", width},
                                    {"cells", cells},
                                    {"trials", fit.trials},
                                    {"spanning", fit.spanning},
                                    {"idle_ranks", fit.idle_ranks}});
  }
  fmt::print("{}\n", root.dump(2));
}

int plan(const PlanOptions& options) {
  const sweeps::Sweep sweep = sweeps::read_sweep(options.sweep_file, options.overrides);
  const Inputs inputs = open_what_is_there(sweep);
  const sweeps::PlanSummary summary =
      sweeps::summarise(sweep, inputs.hashes, stored_winners(options, sweep, inputs.hashes));
  const std::vector<StageFit> side_by_side = fits(options, sweep, summary);
  std::vector<ModelTime> times = unknown_times(summary);
  if (!options.database.empty()) times = stored_times(summary, options.database);
  if (options.measure) times = measured_times(summary, sweep, *examine(sweep, Absent::refused).dataset);
  (options.json ? print_json : print_text)(sweep, summary, inputs, times,
                                           known_disk_use(sweep, summary, inputs), options.job, side_by_side);
  return kExitOk;
}

}  // namespace

void add_plan(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command = app.add_subcommand("plan", "what a sweep would run: cells, points, conditions");
  command->add_option("file", options->sweep_file, "the sweep file")->required();
  command->add_option("--set", options->overrides, "key=value over the file's base configuration; repeatable")
      ->allow_extra_args(false);
  CLI::Option* database = command->add_option(
      "--db", options->database, "the winners so far and the time a cell took, from this database");
  command
      ->add_flag("--measure", options->measure,
                 "train ten real steps of each model and tell the time of cells that use all epochs")
      ->excludes(database);
  CLI::Option* ranks =
      command
          ->add_option("--ranks", options->job.ranks,
                       "how many trials run side by side on so many ranks, as `scripts/sweep -n` takes them")
          ->check(CLI::PositiveNumber);
  command->add_option("--per-host", options->job.per_host, "with --ranks: so many of them on each host")
      ->check(CLI::PositiveNumber)
      ->needs(ranks);
  command->add_flag("--json", options->json, "print JSON (docs/sweep_file.md)");
  command->callback([options, &exit_code] { exit_code = plan(*options); });
}

}  // namespace missmodal::coordinator
