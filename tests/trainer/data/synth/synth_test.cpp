#include "trainer/data/synth/synth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::expect_input_error;
using missmodal::testing::read_bytes;
using missmodal::testing::ScratchFolder;
using sweeps::SplitName;

SynthOptions small(std::int64_t seed) {
  SynthOptions options;
  options.train = 500;
  options.valid = 30;
  options.test = 40;
  options.seed = seed;
  return options;
}

TEST(Synth, SameSeedSameBytesOtherSeedOtherContent) {
  ScratchFolder folder;
  write_synthetic(folder / "a", small(1));
  write_synthetic(folder / "b", small(1));
  write_synthetic(folder / "c", small(2));
  EXPECT_TRUE(read_bytes(folder / "a") == read_bytes(folder / "b"));
  EXPECT_NE(Dataset::open(folder / "a")->content_sha256(), Dataset::open(folder / "c")->content_sha256());
}

TEST(Synth, ContentIsTheSameOnEveryMachine) {
  ScratchFolder folder;
  SynthOptions options;
  options.train = options.valid = options.test = 3;
  write_synthetic(folder / "x", options);
  EXPECT_EQ(Dataset::open(folder / "x")->content_sha256(),
            "404b5e6358fcba92cd3b21f5b9605b5e1ac3a3bc507b9f805d0bf8030654cadb");
}

TEST(Synth, HasTheSizesAsked) {
  ScratchFolder folder;
  SynthOptions options = small(1);
  options.text_width = 7;
  options.audio_width = 3;
  options.vision_width = 2;
  options.max_length = 9;
  options.audio_steps = 20;
  options.vision_steps = 1;
  options.vocabulary = 256;
  write_synthetic(folder / "x", options);
  const auto dataset = Dataset::open(folder / "x");
  EXPECT_TRUE(dataset->synthetic());
  EXPECT_EQ(dataset->computed_sha256(), dataset->content_sha256());
  EXPECT_EQ(dataset->split(SplitName::train).size(), 500U);
  EXPECT_EQ(dataset->split(SplitName::valid).size(), 30U);
  EXPECT_EQ(dataset->split(SplitName::test).size(), 40U);
  EXPECT_EQ(dataset->width(Modality::text), 7);
  EXPECT_EQ(dataset->width(Modality::audio), 3);
  EXPECT_EQ(dataset->width(Modality::vision), 2);
  const Split& train = dataset->split(SplitName::train);
  const auto longest = [&](Modality m) {
    return *std::max_element(train.of(m).lengths.begin(), train.of(m).lengths.end());
  };
  EXPECT_EQ(longest(Modality::text), 9);
  EXPECT_LE(longest(Modality::audio), 20);
  EXPECT_EQ(longest(Modality::vision), 1);
  const auto [least, most] = std::minmax_element(train.tokens.begin(), train.tokens.end());
  EXPECT_EQ(*least, 101);
  EXPECT_LT(*most, 256);
  for (std::size_t i = 0; i < train.size(); ++i) {
    const auto from = static_cast<std::size_t>(train.of(Modality::text).offsets[i]);
    const auto to = static_cast<std::size_t>(train.of(Modality::text).offsets[i + 1]);
    EXPECT_EQ(train.tokens[from], 101);
    EXPECT_EQ(train.tokens[to - 1], 102);
  }
}

// Pearson's correlation of the labels with the best single direction: the sum over features of each one's own
// sign.
double correlation(const std::vector<double>& x, std::span<const float> y) {
  const auto n = static_cast<double>(x.size());
  double mx = 0, my = 0, xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    mx += x[i] / n;
    my += y[i] / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

// One feature of each utterance, averaged over its frames.
std::vector<double> feature_means(const Split& split, Modality modality, int feature) {
  const Sequences& s = split.of(modality);
  std::vector<double> means;
  for (std::size_t i = 0; i < split.size(); ++i) {
    double sum = 0;
    for (std::int64_t t = s.offsets[i]; t < s.offsets[i + 1]; ++t) {
      sum += s.frames[static_cast<std::size_t>(t * s.width + feature)];
    }
    means.push_back(sum / s.lengths[i]);
  }
  return means;
}

// How well the strongest of the modality's features tells the label.
double strongest(const Split& split, Modality modality) {
  double best = 0;
  for (int k = 0; k < split.of(modality).width; ++k) {
    best = std::max(best, std::abs(correlation(feature_means(split, modality, k), split.labels)));
  }
  return best;
}

TEST(Synth, TextCarriesMoreOfTheLabelThanAudioAndAudioMoreThanVision) {
  ScratchFolder folder;
  SynthOptions options = small(1);
  options.train = 2000;
  write_synthetic(folder / "x", options);
  const auto dataset = Dataset::open(folder / "x");
  const Split& train = dataset->split(SplitName::train);
  const double text = strongest(train, Modality::text);
  const double audio = strongest(train, Modality::audio);
  const double vision = strongest(train, Modality::vision);
  EXPECT_GT(text, audio + 0.05);
  EXPECT_GT(audio, vision + 0.05);
  EXPECT_GT(vision, 0.3);
}

// The first feature of each utterance, averaged over its frames, and freed of the label.
std::vector<double> beside_label(const Split& split, Modality modality) {
  std::vector<double> means = feature_means(split, modality, 0);
  const double slope = correlation(means, split.labels);
  double variance = 0;
  double label_variance = 0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    variance += means[i] * means[i];
    label_variance += static_cast<double>(split.labels[i]) * split.labels[i];
  }
  for (std::size_t i = 0; i < means.size(); ++i) {
    means[i] -= slope * std::sqrt(variance / label_variance) * split.labels[i];
  }
  return means;
}

std::vector<float> as_floats(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

TEST(Synth, WordsAndVoiceShareAMannerThatVisionLacks) {
  ScratchFolder folder;
  SynthOptions options = small(1);
  options.train = 2000;
  write_synthetic(folder / "x", options);
  const auto dataset = Dataset::open(folder / "x");
  const Split& train = dataset->split(SplitName::train);
  const auto text = beside_label(train, Modality::text);
  EXPECT_GT(std::abs(correlation(text, as_floats(beside_label(train, Modality::audio)))), 0.2);
  EXPECT_LT(std::abs(correlation(text, as_floats(beside_label(train, Modality::vision)))), 0.1);
}

TEST(Synth, LabelsLookLikeMosis) {
  ScratchFolder folder;
  write_synthetic(folder / "x", small(1));
  const auto dataset = Dataset::open(folder / "x");
  const nlohmann::json census = nlohmann::json::parse(dataset->report())["splits"]["train"]["census"];
  EXPECT_GT(census["zero"], 5);
  EXPECT_LT(census["zero"], 60);
  EXPECT_GT(census["negative"], 150);
  EXPECT_GT(census["positive"], 150);
}

TEST(Synth, ValuesOutOfRangeAreNamed) {
  ScratchFolder folder;
  const auto refused = [&](auto change, const std::string& reason) {
    SynthOptions options;
    change(options);
    expect_input_error([&] { write_synthetic(folder / "x", options); }, reason);
  };
  refused([](SynthOptions& o) { o.train = 0; }, "--train: must be 1 to 1000000, got 0");
  refused([](SynthOptions& o) { o.valid = -1; }, "--valid: ");
  refused([](SynthOptions& o) { o.test = 2'000'000; }, "--test: ");
  refused([](SynthOptions& o) { o.text_width = 0; }, "--text-width: ");
  refused([](SynthOptions& o) { o.audio_width = 0; }, "--audio-width: ");
  refused([](SynthOptions& o) { o.vision_width = 0; }, "--vision-width: ");
  refused([](SynthOptions& o) { o.max_length = 3; }, "--max-length: must be 4 to 512, got 3");
  refused([](SynthOptions& o) { o.audio_steps = 0; }, "--audio-steps: ");
  refused([](SynthOptions& o) { o.vision_steps = 0; }, "--vision-steps: ");
  refused([](SynthOptions& o) { o.vocabulary = 200; }, "--vocab: ");
  EXPECT_TRUE(folder.empty());
}

}  // namespace
}  // namespace missmodal::trainer
