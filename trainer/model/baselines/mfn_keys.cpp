#include "trainer/model/baselines/mfn_keys.h"

namespace missmodal::trainer {

HiddenLayer hidden_layer(const sweeps::ModelConfiguration& model, const std::string& name) {
  return {model.of<std::int64_t>(name + "_hidden"), model.of<double>(name + "_dropout")};
}

std::array<std::int64_t, 3> lstm_widths(const sweeps::ModelConfiguration& model) {
  return {model.of<std::int64_t>("text_hidden"), model.of<std::int64_t>("audio_hidden"),
          model.of<std::int64_t>("vision_hidden")};
}

MfnSizes mfn_sizes(const sweeps::ModelConfiguration& model, const Widths& widths) {
  return {.features = {widths.text, widths.audio, widths.vision},
          .hidden = lstm_widths(model),
          .memory = model.of<std::int64_t>("memory"),
          .attention = hidden_layer(model, "attention"),
          .proposal = hidden_layer(model, "proposal"),
          .gates = {hidden_layer(model, "gate1"), hidden_layer(model, "gate2")},
          .out = {}};
}

}  // namespace missmodal::trainer
