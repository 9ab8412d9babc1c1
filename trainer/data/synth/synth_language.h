#pragma once
// The language of synthetic utterances: seven levels of feeling with a few words each, and many neutral
// words. A word has a spelling, a word piece and a vector, so a transcript, a BERT and a word-vector model
// all find the same meaning.

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/data/synth/synth_noise.h"

namespace missmodal::trainer {

class SynthLanguage {
 public:
  static constexpr std::int32_t kCls = 101;  // as in bert-base-uncased
  static constexpr std::int32_t kSep = 102;

  SynthLanguage(std::int64_t seed, int vector_width, int vocabulary);

  struct Sentence {
    std::string transcript;
    std::vector<std::int32_t> tokens;  // (length): [CLS] words [SEP]
    std::vector<float> vectors;        // (length, width); 0 for [CLS] and [SEP]
  };
  // `length` word pieces, [CLS] and [SEP] among them, that speak of the feeling `label` in [-3, 3].
  Sentence speak(double label, int length, Noise& noise) const;

 private:
  int width_;
  std::int32_t first_token_;
  std::int64_t neutral_words_;
  std::vector<std::vector<float>>
      vectors_;  // by word: the feeling words level by level, then the neutral ones
};

}  // namespace missmodal::trainer
