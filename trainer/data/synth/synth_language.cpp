#include "trainer/data/synth/synth_language.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace missmodal::trainer {
namespace {

constexpr std::int64_t kLevels = 7;
constexpr std::int64_t kWordsPerLevel = 6;
constexpr std::int64_t kFeelingWords = kLevels * kWordsPerLevel;
constexpr std::int64_t kMostNeutralWords = 300;
constexpr double kFeelingShare = 0.4;  // of the words of a sentence; at least one
constexpr double kLevelNoise = 0.6;    // standard deviation of a word's level around the label

constexpr std::array<std::string_view, kLevels> kFeelings{"horrible", "bad",  "weak", "okay",
                                                          "nice",     "good", "great"};
constexpr std::array<std::string_view, 8> kNeutral{"movie", "actor", "scene", "story",
                                                   "music", "plot",  "role",  "script"};

// bert-base-uncased has its whole words from 1996 on; a smaller vocabulary begins after the special pieces.
std::int32_t first_word(int vocabulary) {
  return vocabulary >= 4096 ? 1996 : 104;
}

std::string spelling(std::int64_t word) {
  if (word < kFeelingWords) {
    return fmt::format("{}{}", kFeelings[static_cast<std::size_t>(word / kWordsPerLevel)],
                       word % kWordsPerLevel);
  }
  const std::int64_t neutral = word - kFeelingWords;
  return fmt::format("{}{}", kNeutral[static_cast<std::size_t>(neutral) % kNeutral.size()],
                     neutral / static_cast<std::int64_t>(kNeutral.size()));
}

}  // namespace

SynthLanguage::SynthLanguage(std::int64_t seed, int vector_width, int vocabulary)
    : width_(vector_width),
      first_token_(first_word(vocabulary)),
      neutral_words_(std::min<std::int64_t>(kMostNeutralWords, vocabulary - first_token_ - kFeelingWords)) {
  constexpr double kOwnPart = 0.4;  // of a word's vector, next to the direction of its feeling
  Noise noise(fmt::format("synth|{}|words", seed));
  std::vector<double> direction(static_cast<std::size_t>(width_));
  for (double& x : direction) x = noise.bits() % 2 == 0 ? 1.0 : -1.0;
  for (std::int64_t word = 0; word < kFeelingWords + neutral_words_; ++word) {
    const double feeling = word < kFeelingWords ? static_cast<double>(word / kWordsPerLevel - 3) / 3.0 : 0.0;
    std::vector<float>& vector = vectors_.emplace_back();
    for (const double x : direction)
      vector.push_back(static_cast<float>(feeling * x + kOwnPart * noise.normal()));
  }
}

SynthLanguage::Sentence SynthLanguage::speak(double label, int length, Noise& noise) const {
  Sentence sentence;
  const auto append = [&](std::int32_t token, const float* vector) {
    sentence.tokens.push_back(token);
    for (int k = 0; k < width_; ++k) sentence.vectors.push_back(vector == nullptr ? 0.0F : vector[k]);
  };
  append(kCls, nullptr);
  const int words = length - 2;
  const auto certain = noise.below(words);  // every sentence has one word of feeling
  for (int i = 0; i < words; ++i) {
    std::int64_t word = kFeelingWords + noise.below(neutral_words_);
    const bool feels = noise.unit() < kFeelingShare;
    if (feels || i == certain) {
      const double level = std::floor(label + kLevelNoise * noise.normal() + 3.5);
      word = static_cast<std::int64_t>(std::clamp(level, 0.0, 6.0)) * kWordsPerLevel +
             noise.below(kWordsPerLevel);
    }
    if (i > 0) sentence.transcript += ' ';
    sentence.transcript += spelling(word);
    append(first_token_ + static_cast<std::int32_t>(word), vectors_[static_cast<std::size_t>(word)].data());
  }
  append(kSep, nullptr);
  return sentence;
}

}  // namespace missmodal::trainer
