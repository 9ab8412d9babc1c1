#include "trainer/model/model.h"

#include <fmt/format.h>

#include "sweeps/error.h"
#include "trainer/data/bert/bert_folder.h"
#include "trainer/model/missmodal.h"

namespace missmodal::trainer {

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
