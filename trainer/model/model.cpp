#include "trainer/model/model.h"

#include <fmt/format.h>

#include <vector>

#include "sweeps/error.h"
#include "trainer/data/bert/bert_folder.h"
#include "trainer/model/missmodal.h"

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

std::shared_ptr<Model> make_model(const sweeps::Configuration& configuration, const Widths& widths) {
  if (configuration.model.name != "missmodal") {
    throw InputError("model.name", fmt::format("no such model: {}", configuration.model.name));
  }
  std::string text_configuration;
  if (configuration.model.text_encoder == sweeps::TextEncoder::bert) {
    text_configuration = read_bert_configuration(configuration.model.text_weights);
  }
  auto model = std::make_shared<MissModal>(configuration, widths, text_configuration);
  model->initialize();
  model->load_text_weights();
  if (configuration.training.text_learning_rate == 0) model->freeze_text();
  return model;
}

std::shared_ptr<Model> make_empty_model(const sweeps::Configuration& configuration, const Widths& widths,
                                        const std::string& text_configuration) {
  if (configuration.model.name != "missmodal") {
    throw InputError("model.name", fmt::format("no such model: {}", configuration.model.name));
  }
  return std::make_shared<MissModal>(configuration, widths, text_configuration);
}

}  // namespace missmodal::trainer
