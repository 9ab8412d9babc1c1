#include "trainer/data/synth/synth.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/dataset_report.h"
#include "trainer/data/dataset_writer.h"
#include "trainer/data/synth/synth_language.h"
#include "trainer/data/synth/synth_noise.h"

namespace missmodal::trainer {
namespace {

constexpr double kLabelSpread = 1.6;  // standard deviation of MOSI's labels

// What one utterance's modality is made of, as correlations: the label; the utterance's manner (irony, an
// excited speaker), which colours words and voice alike and says nothing of the label; the rest is noise of
// the utterance as a whole, which no number of frames averages away. Who hears the voice beside the words
// can take the manner out of them. A model that never met an utterance without words goes on doing so when
// they are missing, and falls fast; one that did has learned that the voice alone says less.
struct Mixture {
  double label;
  double manner;
};
constexpr std::array<Mixture, 3> kMixtures{{{0.8, 0.55}, {0.55, 0.8}, {0.45, 0}}};

// What a modality says of the label, of the label's own mean and spread. `manner`: mean 0, variance 1.
double heard(double label, double manner, Modality modality, Noise& noise) {
  const Mixture& part = kMixtures[static_cast<unsigned>(modality)];
  const double rest = std::sqrt(1 - part.label * part.label - part.manner * part.manner);
  return part.label * label + kLabelSpread * (part.manner * manner + rest * noise.normal());
}

// In memory, one split at a time.
struct SynthSplit {
  std::vector<std::string> ids;
  std::vector<std::string> transcripts;
  std::vector<float> labels;
  std::vector<std::int32_t> tokens;
  std::array<std::vector<float>, 3> frames;
  std::array<std::vector<std::int32_t>, 3> lengths;
};

// Normal around 0.1, in steps of 0.2 like the mean of five annotators, a few per cent exactly 0.
double draw_label(Noise& noise) {
  const double step = std::floor((0.1 + kLabelSpread * noise.normal()) * 5 + 0.5);
  return std::clamp(step, -15.0, 15.0) / 5;
}

// MOSI's lengths: a mean near a third of the longest, a long tail, the longest itself now and then.
int draw_length(int shortest, int longest, Noise& noise) {
  const double share = noise.unit() * noise.unit() * 1.05;
  return std::min(longest, shortest + static_cast<int>(share * (longest - shortest + 1)));
}

// A fixed pattern of the features that the label moves, features of very different scales (as COVAREP's are),
// noise of the utterance and noise of the frame.
class Signal {
 public:
  Signal(std::int64_t seed, Modality modality, int width) : modality_(modality) {
    constexpr std::array<double, 4> kScales{1, 10, 100, 0.1};
    Noise noise(fmt::format("synth|{}|{}", seed, name(modality)));
    for (int k = 0; k < width; ++k) {
      const double sign = noise.bits() % 2 == 0 ? 1.0 : -1.0;
      features_.push_back({sign, kScales[static_cast<std::size_t>(k) % kScales.size()]});
    }
  }

  void append(double label, double manner, int length, Noise& noise, std::vector<float>& frames) const {
    const double level = heard(label, manner, modality_, noise) / kLabelSpread;
    for (int t = 0; t < length; ++t) {
      for (const Feature& feature : features_) {
        frames.push_back(static_cast<float>(feature.scale * (feature.sign * level + noise.normal())));
      }
    }
  }

 private:
  struct Feature {
    double sign;
    double scale;
  };
  Modality modality_;
  std::vector<Feature> features_;
};

class Generator {
 public:
  explicit Generator(const SynthOptions& options)
      : options_(options),
        language_(options.seed, options.text_width, options.vocabulary),
        audio_(options.seed, Modality::audio, options.audio_width),
        vision_(options.seed, Modality::vision, options.vision_width) {}

  SynthSplit make(sweeps::SplitName split_name, std::int64_t utterances) const {
    SynthSplit split;
    for (std::int64_t i = 0; i < utterances; ++i) {
      Noise noise(fmt::format("synth|{}|{}|{}", options_.seed, sweeps::name(split_name), i));
      const double label = draw_label(noise);
      const double manner = noise.normal();
      constexpr std::int64_t kClips = 20;  // of one video
      split.ids.push_back(fmt::format("{}{}$_${}", sweeps::name(split_name), i / kClips + 1, i % kClips + 1));
      split.labels.push_back(static_cast<float>(label));
      const int length = draw_length(3, options_.max_length, noise);
      SynthLanguage::Sentence sentence =
          language_.speak(heard(label, manner, Modality::text, noise), length, noise);
      split.transcripts.push_back(std::move(sentence.transcript));
      split.tokens.insert(split.tokens.end(), sentence.tokens.begin(), sentence.tokens.end());
      split.frames[0].insert(split.frames[0].end(), sentence.vectors.begin(), sentence.vectors.end());
      const std::array<int, 3> lengths{length, draw_length(1, options_.audio_steps, noise),
                                       draw_length(1, options_.vision_steps, noise)};
      for (std::size_t m = 0; m < lengths.size(); ++m) split.lengths[m].push_back(lengths[m]);
      audio_.append(label, manner, lengths[1], noise, split.frames[1]);
      vision_.append(label, manner, lengths[2], noise, split.frames[2]);
    }
    return split;
  }

 private:
  SynthOptions options_;
  SynthLanguage language_;
  Signal audio_;
  Signal vision_;
};

void check_range(const char* flag, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value < low || value > high)
    throw InputError(flag, fmt::format("must be {} to {}, got {}", low, high, value));
}

void check(const SynthOptions& options) {
  check_range("--train", options.train, 1, 1'000'000);
  check_range("--valid", options.valid, 1, 1'000'000);
  check_range("--test", options.test, 1, 1'000'000);
  check_range("--text-width", options.text_width, 1, 65536);
  check_range("--audio-width", options.audio_width, 1, 65536);
  check_range("--vision-width", options.vision_width, 1, 65536);
  check_range("--max-length", options.max_length, 4, 512);
  check_range("--audio-steps", options.audio_steps, 1, 65536);
  check_range("--vision-steps", options.vision_steps, 1, 65536);
  check_range("--vocab", options.vocabulary, 256, 10'000'000);
}

}  // namespace

void write_synthetic(const std::filesystem::path& out, const SynthOptions& options) {
  check(options);
  OutputFile output(out);
  const Generator generator(options);
  const std::array<std::int64_t, 3> sizes{options.train, options.valid, options.test};
  std::array<SynthSplit, 3> splits;
  DatasetLayout layout;
  layout.widths = {options.text_width, options.audio_width, options.vision_width};
  DatasetText text;
  text.label = "synthetic data";
  text.synthetic = true;
  nlohmann::json report = {{"kind", "synthetic"},
                           {"seed", options.seed},
                           {"vocabulary", options.vocabulary},
                           {"warnings", nlohmann::json::array()}};
  for (std::size_t s = 0; s < splits.size(); ++s) {
    SynthSplit& split = splits[s];
    split = generator.make(kSplits[s], sizes[s]);
    layout.splits[s].utterances = sizes[s];
    for (std::size_t m = 0; m < split.frames.size(); ++m) {
      layout.splits[s].frames[m] = static_cast<std::int64_t>(split.frames[m].size()) / layout.widths[m];
    }
    text.ids[s] = split.ids;
    text.transcripts[s] = split.transcripts;
    report["splits"][std::string(sweeps::name(kSplits[s]))] =
        report_split(split.labels, {split.lengths[0], split.lengths[1], split.lengths[2]});
  }
  const std::array<int, 3> steps{options.max_length, options.audio_steps, options.vision_steps};
  for (std::size_t m = 0; m < steps.size(); ++m) {
    report["modalities"][std::string(name(kModalities[m]))] = {{"width", layout.widths[m]},
                                                               {"steps", steps[m]}};
  }
  text.report = report.dump();
  DatasetWriter writer(std::move(output), layout, text);
  for (const SynthSplit& split : splits) {
    writer.write(std::span<const float>(split.frames[0]));
    writer.write(std::span<const std::int32_t>(split.tokens));
    writer.write(std::span<const float>(split.frames[1]));
    writer.write(std::span<const float>(split.frames[2]));
    for (const auto& lengths : split.lengths) writer.write(std::span<const std::int32_t>(lengths));
    writer.write(std::span<const float>(split.labels));
  }
  writer.finish();
}

}  // namespace missmodal::trainer
