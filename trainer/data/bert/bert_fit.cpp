#include "trainer/data/bert/bert_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "trainer/data/dataset_layout.h"

namespace missmodal::trainer {

std::vector<Mistake> bert_mistakes(const BertConfiguration& configuration, const std::string& weights,
                                   const Dataset& dataset, const std::string& data) {
  if (!dataset.has_word_pieces()) {
    return {{data, fmt::format("has no word pieces, which {} reads; import a source that has them "
                               "(text_bert), or transcripts (--vocab)",
                               weights)}};
  }
  std::vector<Mistake> mistakes;
  for (const sweeps::SplitName name : kSplits) {
    if (!dataset.has(name)) continue;
    const Split& split = dataset.split(name);
    const Sequences& text = split.of(Modality::text);
    const auto utterance = [&](std::size_t i) { return fmt::format("utterance {}", split.ids[i]); };
    const auto unknown = std::find_if(split.tokens.begin(), split.tokens.end(), [&](std::int32_t token) {
      return token < 0 || token >= configuration.vocab_size;
    });
    if (unknown != split.tokens.end()) {
      const auto after =
          std::upper_bound(text.offsets.begin(), text.offsets.end(), unknown - split.tokens.begin());
      mistakes.push_back(
          {fmt::format("{}: {}.tokens", data, sweeps::name(name)),
           fmt::format(
               "{} has the word piece {}, but the vocabulary of {} ends at {}; take the weights whose "
               "tokenizer made the dataset",
               utterance(static_cast<std::size_t>(after - text.offsets.begin()) - 1), *unknown, weights,
               configuration.vocab_size - 1)});
    }
    const auto longest = std::max_element(text.lengths.begin(), text.lengths.end());
    if (*longest > configuration.max_positions) {
      mistakes.push_back({fmt::format("{}: {}.text_lengths", data, sweeps::name(name)),
                          fmt::format("{} has {} word pieces, but {} has {} positions",
                                      utterance(static_cast<std::size_t>(longest - text.lengths.begin())),
                                      *longest, weights, configuration.max_positions)});
    }
  }
  return mistakes;
}

}  // namespace missmodal::trainer
