#include "coordinator/main/checkpoint_use.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/bert/bert_fit.h"

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

sweeps::SplitName parse_split(const std::string& text) {
  return text == "train" ? sweeps::SplitName::train
                         : (text == "valid" ? sweeps::SplitName::valid : sweeps::SplitName::test);
}

}  // namespace missmodal::coordinator
