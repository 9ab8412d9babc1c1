// missmodal predict: a checkpoint's predictions for a split, as CSV.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/main/checkpoint_use.h"
#include "coordinator/main/commands.h"
#include "results/csv.h"
#include "sweeps/exit_code.h"
#include "sweeps/output_file.h"
#include "sweeps/subset.h"
#include "trainer/batch.h"
#include "trainer/checkpoint.h"
#include "trainer/data/dataset.h"
#include "trainer/prediction.h"
#include "trainer/threads.h"

namespace missmodal::coordinator {
namespace {

constexpr int kBatchSize = 32;

struct PredictOptions {
  std::string checkpoint;
  std::string data;
  std::string split = "test";
  std::string subset = "TAV";
  std::string output;
};

std::vector<Subset> subsets_of(const std::string& text) {
  if (text == "all") return {kSubsets.begin(), kSubsets.end()};
  return {*parse_subset(text)};  // the flag's check let nothing else pass
}

std::string csv(const trainer::Split& split, const std::vector<float>& predictions,
                const std::string& subset_text) {
  std::string text = "id,subset,prediction,label\n";
  for (Subset subset : subsets_of(subset_text)) {
    for (std::size_t i = 0; i < split.size(); ++i) {
      text +=
          fmt::format("{},{},{},{}\n", results::csv_field(split.ids[i]), name(subset),
                      predictions[static_cast<std::size_t>(row(subset)) * split.size() + i], split.label(i));
    }
  }
  return text;
}

std::optional<OutputFile> open_output(const PredictOptions& options) {
  if (options.output.empty()) return std::nullopt;
  const std::array<std::filesystem::path, 2> inputs{options.checkpoint, options.data};
  return OutputFile(options.output, inputs);
}

int predict(const PredictOptions& options) {
  trainer::set_threads(1);
  std::optional<OutputFile> output = open_output(options);
  const trainer::Checkpoint checkpoint = trainer::load_checkpoint(options.checkpoint);
  const auto dataset = trainer::Dataset::open(options.data);
  check_fit(checkpoint, options.checkpoint, *dataset, options.data);
  const trainer::Split& split = split_of(*dataset, options.data, options.split);
  const trainer::Collator collator(checkpoint.normalization, torch::kCPU);
  const std::vector<float> predictions =
      trainer::predict_subsets(*checkpoint.model, split, collator, {.batch_size = kBatchSize}).value();
  const std::string text = csv(split, predictions, options.subset);
  if (output) {
    output->append(text.data(), text.size());
    output->commit();
  } else {
    fmt::print("{}", text);
  }
  return kExitOk;
}

}  // namespace

void add_predict(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App* command = app.add_subcommand("predict", "Predict a split with a checkpoint, as CSV");
  command->add_option("checkpoint", options->checkpoint, "written by missmodal train --checkpoint")
      ->required();
  command->add_option("data", options->data, "a dataset of missmodal data import or synth")->required();
  command->add_option("--split", options->split, "")->check(CLI::IsMember({"train", "valid", "test"}));
  command->add_option("--subset", options->subset, "what remains of every utterance")
      ->check(CLI::IsMember({"TAV", "T", "A", "V", "TA", "TV", "AV", "all"}));
  command->add_option("-o,--output", options->output, "instead of standard output");
  command->callback([options, &exit_code] { exit_code = predict(*options); });
}

}  // namespace missmodal::coordinator
