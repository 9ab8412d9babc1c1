#include "trainer/model/model.h"

#include <vector>

#include "sweeps/error.h"

namespace missmodal::trainer {

sweeps::ZeroAt Model::zero_at(Modality modality) const {
  switch (modality) {
    case Modality::text:
      return evaluation_.zero_text;
    case Modality::audio:
      return evaluation_.zero_audio;
    case Modality::vision:
      return evaluation_.zero_vision;
  }
  MISSMODAL_CHECK(false);
}

torch::Tensor Model::predict(const Batch& batch) {
  std::vector<torch::Tensor> rows;
  for (const Subset subset : kSubsets) {
    Batch remaining = batch;
    ByModality zeroed{};
    for (const Modality modality : kModalities) {
      if (has(subset, modality)) continue;
      const auto index = static_cast<unsigned>(modality);
      zeroed[index] = zero_at(modality) == sweeps::ZeroAt::representation;
      // Whatever the model makes of a missing modality, it does not see its numbers.
      RaggedBatch& missing = remaining.sequences[index];
      missing.rows = torch::zeros_like(missing.rows);
      if (modality == Modality::text) remaining.tokens.rows = torch::zeros_like(remaining.tokens.rows);
    }
    rows.push_back(predict_with(remaining, zeroed));
  }
  return torch::stack(rows);
}

torch::Tensor Model::represent(const Batch& /*batch*/) {
  MISSMODAL_CHECK(false);
}

}  // namespace missmodal::trainer
