#include "coordinator/main/checkpoint_use.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/trial_result.h"
#include "trainer/data/bert/bert_fit.h"
#include "trainer/data/dataset_layout.h"

namespace missmodal::coordinator {
namespace {

// Of a modality, the median over features of how far they spread, in standard deviations of what the
// checkpoint was trained on. Nothing where too little is there to tell.
std::optional<double> spread(const trainer::Normalization& normalization, const trainer::Dataset& dataset,
                             Modality modality) {
  constexpr double kFewestFrames = 30;
  const auto width = static_cast<std::size_t>(dataset.width(modality));
  std::vector<double> sum(width);
  std::vector<double> square(width);
  double count = 0;
  for (const sweeps::SplitName name : trainer::kSplits) {
    if (dataset.split(name).size() < 2) continue;
    const trainer::Sequences& rows = dataset.split(name).of(modality);
    for (std::size_t i = 0; i < rows.frames.size(); ++i) {
      const std::size_t k = i % width;
      const double z = (rows.frames[i] - normalization.mean[k]) / normalization.std[k];
      sum[k] += z;
      square[k] += z * z;
    }
    count += static_cast<double>(rows.frames.size() / width);
  }
  std::vector<double> deviations;
  for (std::size_t k = 0; k < width && count >= kFewestFrames; ++k) {
    const double mean = sum[k] / count;
    const double variance = square[k] / count - mean * mean;
    const bool judged = normalization.std[k] != 1.0F && variance > 1e-12 * (1 + mean * mean);
    if (judged) deviations.push_back(std::sqrt(variance));
  }
  if (deviations.empty()) return std::nullopt;
  const auto middle = deviations.begin() + static_cast<std::ptrdiff_t>(deviations.size() / 2);
  std::nth_element(deviations.begin(), middle, deviations.end());
  return *middle;
}

// Audio and vision of another scale than the checkpoint's normalisation expects.
std::vector<Mistake> unlike_training(const trainer::Checkpoint& checkpoint,
                                     const std::string& checkpoint_name, const trainer::Dataset& dataset,
                                     const std::string& dataset_name) {
  constexpr double kTooMuch = 100;
  const std::array<int, 3> widths{checkpoint.widths.text, checkpoint.widths.audio, checkpoint.widths.vision};
  std::vector<Mistake> mistakes;
  for (const Modality modality : {Modality::audio, Modality::vision}) {
    const auto m = static_cast<unsigned>(modality);
    if (widths[m] != dataset.width(modality)) continue;
    const std::optional<double> found = spread(checkpoint.normalization[m], dataset, modality);
    if (!found || (*found<kTooMuch&& * found> 1 / kTooMuch)) continue;
    mistakes.push_back(
        {dataset_name, fmt::format("{} spreads {:.2g} times as far as what {} was trained on: other "
                                   "features, or normalised in another way",
                                   name(modality), *found, checkpoint_name)});
  }
  return mistakes;
}

}  // namespace

void check_fit(const trainer::Checkpoint& checkpoint, const std::string& checkpoint_name,
               const trainer::Dataset& dataset, const std::string& dataset_name) {
  const bool own_text = checkpoint.model->text_configuration().empty();
  const std::array<int, 3> expected{checkpoint.widths.text, checkpoint.widths.audio,
                                    checkpoint.widths.vision};
  std::vector<Mistake> mistakes;
  for (Modality modality : kModalities) {
    const int want = expected[static_cast<unsigned>(modality)];
    if (want == dataset.width(modality) || (modality == Modality::text && !own_text)) continue;
    mistakes.push_back({dataset_name, fmt::format("{} is {} wide, but {} was trained with {}", name(modality),
                                                  dataset.width(modality), checkpoint_name, want)});
  }
  const std::vector<Mistake> other_numbers =
      unlike_training(checkpoint, checkpoint_name, dataset, dataset_name);
  mistakes.insert(mistakes.end(), other_numbers.begin(), other_numbers.end());
  if (!own_text) {
    const auto bert = trainer::parse_bert_configuration(checkpoint.model->text_configuration(),
                                                        checkpoint_name + ": bert_config");
    const auto unfit = trainer::bert_mistakes(bert, checkpoint_name, dataset, dataset_name);
    mistakes.insert(mistakes.end(), unfit.begin(), unfit.end());
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
}

const trainer::Split& split_of(const trainer::Dataset& dataset, const std::string& dataset_name,
                               const std::string& word) {
  std::vector<std::string_view> there;
  for (const sweeps::SplitName name : trainer::kSplits) {
    if (!dataset.has(name)) continue;
    if (sweeps::name(name) == word) return dataset.split(name);
    there.push_back(sweeps::name(name));
  }
  throw InputError(dataset_name,
                   fmt::format("has no split {}; --split {} is there", word, fmt::join(there, " or ")));
}

}  // namespace missmodal::coordinator
