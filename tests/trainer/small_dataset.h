#pragma once
// A dataset of a few utterances with numbers that mean nothing, for trials of a fraction of a second.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/dataset_writer.h"

namespace missmodal::trainer::testing {

inline constexpr std::array<int, 3> kSmallWidths{4, 3, 2};
inline constexpr std::int32_t kSmallVocabulary = 11;  // that of tiny_model.h's BERT

struct SmallDatasetOptions {
  std::array<std::int64_t, 3> utterances{12, 6, 5};  // train, valid, test
  bool spoil_test = false;                           // one audio frame of the test split is not a number
  std::array<int, 3> widths = kSmallWidths;
  std::uint32_t longest = 5;  // steps of a sequence, at most
};

// `ids` are a0, a1, ... of train, b0 of valid, c0 of test.
inline std::shared_ptr<const Dataset> small_dataset(const missmodal::testing::ScratchFolder& folder,
                                                    const SmallDatasetOptions& options = {}) {
  std::mt19937 engine(1);
  const auto below = [&engine](std::uint32_t bound) { return static_cast<std::int32_t>(engine() % bound); };
  const auto number = [&engine] { return static_cast<float>(engine() % 2001) / 1000 - 1; };
  std::array<std::array<std::vector<std::int32_t>, 3>, 3> lengths;
  DatasetLayout layout;
  layout.widths = options.widths;
  DatasetText text;
  text.label = "small";
  text.synthetic = true;
  text.report = "{}";
  for (std::size_t s = 0; s < 3; ++s) {
    layout.splits[s].utterances = options.utterances[s];
    for (std::int64_t i = 0; i < options.utterances[s]; ++i) {
      text.ids[s].push_back(std::string(1, static_cast<char>('a' + s)) + std::to_string(i));
      text.transcripts[s].push_back("");
      for (std::size_t m = 0; m < 3; ++m) {
        lengths[s][m].push_back(1 + below(options.longest));
        layout.splits[s].frames[m] += lengths[s][m].back();
      }
    }
  }
  const auto path = folder / "small.safetensors";
  DatasetWriter writer(OutputFile(path), layout, text);
  for (std::size_t s = 0; s < 3; ++s) {
    std::vector<float> frames[3];
    for (std::size_t m = 0; m < 3; ++m) {
      frames[m].resize(static_cast<std::size_t>(layout.splits[s].frames[m] * layout.widths[m]));
      std::generate(frames[m].begin(), frames[m].end(), number);
    }
    if (s == 2 && options.spoil_test) frames[1][0] = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(layout.splits[s].frames[0]));
    std::generate(tokens.begin(), tokens.end(), [&] { return below(kSmallVocabulary); });
    std::vector<float> labels(static_cast<std::size_t>(options.utterances[s]));
    std::generate(labels.begin(), labels.end(), [&] { return 3 * number(); });
    writer.write(frames[0]);
    writer.write(tokens);
    writer.write(frames[1]);
    writer.write(frames[2]);
    for (const auto& modality : lengths[s]) writer.write(modality);
    writer.write(labels);
  }
  writer.finish();
  return Dataset::open(path);
}

// The smallest network for it, four utterances a batch.
inline sweeps::Configuration small_configuration() {
  sweeps::Configuration configuration;
  configuration.model.text_encoder = sweeps::TextEncoder::sequence;
  configuration.model.hidden = 4;
  configuration.model.layers = 1;
  configuration.model.heads = 2;
  configuration.model.fusion_width = 6;
  configuration.training.batch_size = 4;
  configuration.training.max_epochs = 2;
  configuration.evaluation.route = sweeps::Route::subset;
  return configuration;
}

}  // namespace missmodal::trainer::testing
