// missmodal embed: a checkpoint's representations of a split's utterances, as safetensors or CSV.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/main/checkpoint_use.h"
#include "coordinator/main/commands.h"
#include "results/csv.h"
#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/output_file.h"
#include "sweeps/subset.h"
#include "trainer/batch.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/prediction.h"
#include "trainer/representations.h"
#include "trainer/threads.h"

namespace missmodal::coordinator {
namespace {

struct EmbedOptions {
  std::string checkpoint;
  std::string data;
  std::string split = "test";
  bool all = false;
  std::string output;
};

struct Embedding {
  std::vector<std::int32_t> positions;  // in the split
  std::vector<std::string> ids;
  std::vector<float> labels;
  std::size_t width = 0;
  std::vector<float> values;  // (7, n, width)
};

// As training evaluated them, batch by batch, so that they have its bits.
Embedding embed(const trainer::Checkpoint& checkpoint, const trainer::Split& split, bool all) {
  const std::int64_t width = checkpoint.model->representation_width();
  std::vector<std::size_t> utterances(split.size());
  std::iota(utterances.begin(), utterances.end(), std::size_t{0});
  if (!all) utterances = trainer::represented(split.size(), width);
  const trainer::Collator collator(checkpoint.normalization, torch::kCPU);
  Embedding embedding;
  embedding.width = static_cast<std::size_t>(width);
  embedding.values = trainer::represent_subsets(*checkpoint.model, split, utterances, collator,
                                                {.batch_size = checkpoint.configuration.training.batch_size})
                         .value();
  for (const std::size_t i : utterances) {
    embedding.positions.push_back(static_cast<std::int32_t>(i));
    embedding.ids.push_back(split.ids[i]);
    embedding.labels.push_back(split.label(i));
  }
  return embedding;
}

std::string csv(const Embedding& embedding) {
  std::string text = "id,subset,label";
  for (std::size_t k = 0; k < embedding.width; ++k) text += fmt::format(",f{}", k);
  text += "\n";
  const float* value = embedding.values.data();
  for (const Subset subset : kSubsets) {
    for (std::size_t i = 0; i < embedding.ids.size(); ++i) {
      text +=
          fmt::format("{},{},{}", results::csv_field(embedding.ids[i]), name(subset), embedding.labels[i]);
      for (std::size_t k = 0; k < embedding.width; ++k) text += fmt::format(",{}", *value++);
      text += "\n";
    }
  }
  return text;
}

std::string subsets() {
  std::string text;
  for (const Subset subset : kSubsets) text.append(text.empty() ? "" : " ").append(name(subset));
  return text;
}

void write(OutputFile output, const Embedding& embedding, std::map<std::string, std::string> metadata) {
  const auto count = static_cast<std::int64_t>(embedding.ids.size());
  metadata.emplace("format", "missmodal-embedding-1");
  metadata.emplace("subsets", subsets());
  metadata.emplace("ids", nlohmann::json(embedding.ids).dump());
  using trainer::DType;
  trainer::SafetensorsWriter writer(
      std::move(output),
      {{"F", DType::F32, {kSubsetCount, count, static_cast<std::int64_t>(embedding.width)}},
       {"labels", DType::F32, {count}},
       {"positions", DType::I32, {count}}},
      std::move(metadata));
  const auto put = [&writer](const auto& numbers) {
    writer.write(numbers.data(), numbers.size() * sizeof numbers[0]);
  };
  put(embedding.values);
  put(embedding.labels);
  put(embedding.positions);
  writer.finish();
}

std::optional<OutputFile> open_output(const EmbedOptions& options) {
  if (options.output.empty()) return std::nullopt;
  const std::array<std::filesystem::path, 2> inputs{options.checkpoint, options.data};
  return OutputFile(options.output, inputs);
}

int run(const EmbedOptions& options) {
  trainer::set_threads(1);
  std::optional<OutputFile> output = open_output(options);
  const trainer::Checkpoint checkpoint = trainer::load_checkpoint(options.checkpoint);
  if (checkpoint.model->representation_width() == 0)
    throw InputError(options.checkpoint, fmt::format("{} has no representation of each subset",
                                                     checkpoint.configuration.model.name));
  const auto dataset = trainer::Dataset::open(options.data);
  check_fit(checkpoint, options.checkpoint, *dataset, options.data);
  const Embedding embedding = embed(checkpoint, split_of(*dataset, options.data, options.split), options.all);
  if (!output) {
    fmt::print("{}", csv(embedding));
    return kExitOk;
  }
  write(std::move(*output), embedding,
        {{"split", options.split},
         {"dataset_sha256", dataset->content_sha256()},
         {"configuration", sweeps::canonical(checkpoint.configuration, checkpoint.dataset_sha256)}});
  return kExitOk;
}

}  // namespace

void add_embed(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<EmbedOptions>();
  CLI::App* command =
      app.add_subcommand("embed", "Write a checkpoint's representations, seven of each utterance");
  command->add_option("checkpoint", options->checkpoint, "written by missmodal train --checkpoint")
      ->required();
  command->add_option("data", options->data, "a dataset of missmodal data import or synth")->required();
  command->add_option("--split", options->split, "")->check(CLI::IsMember({"train", "valid", "test"}));
  command->add_flag(
      "--all", options->all,
      fmt::format("every utterance, not {} that are spread over the split", trainer::kMostRepresented));
  command->add_option("-o,--output", options->output, "safetensors, instead of CSV on standard output");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace missmodal::coordinator
