// missmodal data import | inspect | synth. Results go to standard output, progress and warnings to standard
// error.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/main/commands.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/label_scale.h"
#include "sweeps/terminal.h"
#include "sweeps/trial_result.h"
#include "trainer/data/dataset.h"
#include "trainer/data/dataset_layout.h"
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

struct ImportFlags {
  std::string source;
  std::string out;
  std::string layout = "auto";
  std::string padding = "auto";
  std::string lengths = "auto";
  std::string scale = "auto";
  std::string split;
  bool unlabelled = false;
  std::vector<std::string> keys;
  std::string vocabulary;
  std::string label;
};

// "vision=video" -> vision, video.
std::pair<std::string, std::string> parse_key(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw InputError("--key",
                     fmt::format("must be NAME=THE FILE'S NAME, as in vision=video, got '{}'", text));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::optional<sweeps::SplitName> parse_split(std::string_view word) {
  for (const sweeps::SplitName split : trainer::kSplits) {
    if (sweeps::name(split) == word) return split;
  }
  return std::nullopt;
}

trainer::ImportOptions options_of(const ImportFlags& flags) {
  trainer::ImportOptions options;
  std::vector<Mistake> mistakes;
  const auto read = [&](std::string_view flag, const auto& value, std::string_view words,
                        const std::string& got) {
    if (!value) mistakes.push_back({std::string(flag), fmt::format("must be {}, got '{}'", words, got)});
    return value;
  };
  if (const auto rule =
          read("--padding", trainer::parse_padding_rule(flags.padding), "auto, keep or right", flags.padding))
    options.padding = *rule;
  if (const auto rule = read("--lengths", trainer::parse_length_rule(flags.lengths), "auto, frames or steps",
                             flags.lengths))
    options.lengths = *rule;
  if (flags.layout != "auto")
    options.source.layout = read("--layout", trainer::parse_source_layout(flags.layout),
                                 "auto, mmsa, cmu or tuples", flags.layout);
  if (flags.scale != "auto")
    options.source.scale =
        read("--scale", sweeps::parse_label_scale(flags.scale), "auto, 3 or 1", flags.scale);
  if (!flags.split.empty())
    options.source.split = read("--split", parse_split(flags.split), "train, valid or test", flags.split);
  try {
    for (const std::string& key : flags.keys) options.source.keys.insert(parse_key(key));
  } catch (const InputError& error) {
    mistakes.push_back(error.mistakes()[0]);
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
  options.source.unlabelled = flags.unlabelled;
  options.vocabulary = flags.vocabulary;
  options.label = flags.label;
  options.on_progress = show_progress;
  return options;
}

void add_import(CLI::App& data, int& exit_code) {
  auto flags = std::make_shared<ImportFlags>();
  CLI::App* command = data.add_subcommand(
      "import", "a pickle of MMSA's, the CMU SDK's or MulT's, or MISA's and MAG-BERT's making -> a dataset");
  const auto add = [&](const char* name, std::string& value, const char* placeholder, const char* text) {
    command->add_option(name, value, text)->option_text(placeholder);
  };
  command->add_option("source", flags->source, "the pickle")->required()->option_text("SRC");
  command->add_option("-o,--output", flags->out, "the dataset's file (.safetensors)")
      ->required()
      ->option_text("OUT");
  add("--layout", flags->layout, "NAME", "what the pickle is: auto, mmsa, cmu, tuples [auto]");
  command->add_option("--key", flags->keys, "NAME=THE FILE'S NAME of a key or a split; may be repeated")
      ->allow_extra_args(false)
      ->option_text("NAME=KEY");
  add("--split", flags->split, "SPLIT", "import train, valid or test alone");
  command->add_flag("--unlabelled", flags->unlabelled, "without labels, to predict from");
  add("--vocab", flags->vocabulary, "FILE",
      "vocab.txt of an uncased BERT: makes word pieces of the transcripts");
  add("--padding", flags->padding, "RULE", "where sequences are padded: auto, keep, right [auto]");
  add("--lengths", flags->lengths, "RULE", "how long sequences are: auto, frames, steps [auto]");
  add("--scale", flags->scale, "SCALE", "labels lie in [-3, 3] or [-1, 1]: auto, 3, 1 [auto]");
  add("--label", flags->label, "TEXT", "what the file really holds; every table's footer prints it");
  command->callback([flags, &exit_code] {
    trainer::import_dataset(flags->source, flags->out, options_of(*flags));
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
