// missmodal data import | inspect | synth. Results go to standard output, progress and warnings to standard
// error.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "coordinator/main/commands.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/terminal.h"
#include "trainer/data/dataset.h"
#include "trainer/data/dataset_summary.h"
#include "trainer/data/import/dataset_import.h"
#include "trainer/data/synth/synth.h"

namespace missmodal::coordinator {
namespace {

// What the user has just made, and what is worth a look about it.
void present(const std::filesystem::path& path) {
  const auto dataset = trainer::Dataset::open(path);
  for (const std::string& warning : trainer::warnings_of(*dataset)) {
    fmt::print(stderr, "warning: {}: {}\n", path.string(), warning);
  }
  fmt::print("{}", trainer::summary_text(path, *dataset));
}

// One line rewritten in place; nothing where that cannot be.
void show_progress(std::string_view step, double done) {
  static const bool rewrites = sweeps::can_rewrite_lines(STDERR_FILENO);
  if (rewrites) fmt::print(stderr, "\r{} {:3.0f} %  {}", step, 100 * done, done >= 1 ? "\n" : "");
}

void add_import(CLI::App& data, int& exit_code) {
  struct Flags {
    std::string source;
    std::string out;
    std::string padding = "auto";
    std::string label;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      data.add_subcommand("import", "MMSA's pickle (aligned_50.pkl, unaligned_50.pkl) -> a dataset");
  command->add_option("source", flags->source, "the pickle")->required()->option_text("SRC");
  command->add_option("-o,--output", flags->out, "the dataset's file (.safetensors)")
      ->required()
      ->option_text("OUT");
  command
      ->add_option("--padding", flags->padding, "where audio and vision are padded: auto, keep, right [auto]")
      ->option_text("RULE");
  command->add_option("--label", flags->label, "what the file really holds; every table's footer prints it")
      ->option_text("TEXT");
  command->callback([flags, &exit_code] {
    trainer::ImportOptions options;
    const auto rule = trainer::parse_padding_rule(flags->padding);
    if (!rule)
      throw InputError("--padding", fmt::format("must be auto, keep or right, got '{}'", flags->padding));
    options.padding = *rule;
    options.label = flags->label;
    options.on_progress = show_progress;
    trainer::import_dataset(flags->source, flags->out, options);
    present(flags->out);
    exit_code = kExitOk;
  });
}

// The dataset's bytes against its own digest.
void verify(const std::string& path, const trainer::Dataset& dataset) {
  const std::string computed = dataset.computed_sha256();
  if (computed != dataset.content_sha256()) {
    throw InputError(path, fmt::format("is damaged: its content has the SHA-256 {}, not {}", computed,
                                       dataset.content_sha256()));
  }
}

void add_inspect(CLI::App& data, int& exit_code) {
  struct Flags {
    std::string file;
    bool json = false;
    bool verify = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      data.add_subcommand("inspect", "what a dataset, a checkpoint or a safetensors file holds");
  command->add_option("file", flags->file, "the file")->required()->option_text("FILE");
  command->add_flag("--json", flags->json, "as JSON");
  command->add_flag("--verify", flags->verify, "a dataset: recompute its content_sha256 and compare");
  command->callback([flags, &exit_code] {
    const std::filesystem::path path = flags->file;
    exit_code = kExitOk;
    if (!trainer::is_dataset(trainer::SafetensorsFile(path))) {
      if (flags->verify)
        throw InputError(flags->file, "is not a dataset; only a dataset knows its own digest");
      const trainer::SafetensorsFile file(path);
      fmt::print("{}",
                 flags->json ? trainer::contents_json(file).dump(2) + "\n" : trainer::contents_text(file));
      return;
    }
    const auto dataset = trainer::Dataset::open(path);
    if (flags->verify) verify(flags->file, *dataset);
    if (flags->json) {
      nlohmann::json summary = trainer::summary_json(*dataset);
      if (flags->verify) summary["verified"] = true;
      fmt::print("{}\n", summary.dump(2));
    } else {
      fmt::print("{}", trainer::summary_text(path, *dataset));
      if (flags->verify) fmt::print("verified: the content has this SHA-256\n");
    }
  });
}

void add_synth(CLI::App& data, int& exit_code) {
  struct Flags {
    std::string out;
    trainer::SynthOptions options;
  };
  auto flags = std::make_shared<Flags>();
  trainer::SynthOptions& options = flags->options;
  CLI::App* command = data.add_subcommand("synth", "a synthetic dataset of any size");
  command->add_option("-o,--output", flags->out, "the dataset's file (.safetensors)")
      ->required()
      ->option_text("OUT");
  const auto number = [&](const char* flag, auto& value, const std::string& text) {
    command->add_option(flag, value, fmt::format("{} [{}]", text, value))->option_text("N");
  };
  number("--train", options.train, "utterances of the train split");
  number("--valid", options.valid, "utterances of the valid split");
  number("--test", options.test, "utterances of the test split");
  number("--seed", options.seed, "another seed, other data");
  number("--text-width", options.text_width, "numbers of a word's vector");
  number("--audio-width", options.audio_width, "features of an audio frame");
  number("--vision-width", options.vision_width, "features of a vision frame");
  number("--max-length", options.max_length, "word pieces of the longest text");
  number("--audio-steps", options.audio_steps, "frames of the longest audio sequence");
  number("--vision-steps", options.vision_steps, "frames of the longest vision sequence");
  number("--vocab", options.vocabulary, "word pieces of the vocabulary");
  command->callback([flags, &exit_code] {
    trainer::write_synthetic(flags->out, flags->options);
    present(flags->out);
    exit_code = kExitOk;
  });
}

}  // namespace

void add_data(CLI::App& app, int& exit_code) {
  CLI::App* data = app.add_subcommand("data", "import, inspect or make up a dataset");
  data->require_subcommand(1);
  add_import(*data, exit_code);
  add_inspect(*data, exit_code);
  add_synth(*data, exit_code);
}

}  // namespace missmodal::coordinator
