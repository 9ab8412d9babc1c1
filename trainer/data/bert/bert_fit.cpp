#include "trainer/data/bert/bert_fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "trainer/data/bert/bert_folder.h"
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

std::optional<Mistake> vocabulary_mistake(const std::string& vocabulary_sha256, const std::string& weights,
                                          const Dataset& dataset, const std::string& data) {
  constexpr const char* kKey = "vocab_sha256";
  constexpr std::size_t kShown = 12;  // digits
  const nlohmann::json report = nlohmann::json::parse(dataset.report());
  if (vocabulary_sha256.empty() || !report.is_object() || !report.contains(kKey) || !report[kKey].is_string())
    return std::nullopt;
  const std::string cut_by = report[kKey].get<std::string>();
  if (cut_by == vocabulary_sha256) return std::nullopt;
  const std::string vocabulary = (std::filesystem::path(weights) / kVocabularyFile).string();
  return Mistake{
      data,
      fmt::format("its word pieces are of another vocabulary (SHA-256 {}...) than {} ({}...): import it "
                  "again with --vocab {}",
                  cut_by.substr(0, kShown), vocabulary, vocabulary_sha256.substr(0, kShown), vocabulary)};
}

}  // namespace missmodal::trainer
