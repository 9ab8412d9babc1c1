#include "coordinator/main/checkpoint_use.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string_view>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/trial_result.h"
#include "trainer/data/bert/bert_fit.h"
#include "trainer/data/dataset_layout.h"

namespace missmodal::coordinator {

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
