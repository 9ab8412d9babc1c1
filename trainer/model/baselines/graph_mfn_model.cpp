#include "trainer/model/baselines/graph_mfn_model.h"

#include <cstdint>

#include "sweeps/error.h"
#include "trainer/model/baselines/mfn_keys.h"

namespace missmodal::trainer {

GraphMfnModel::GraphMfnModel(const sweeps::Configuration& configuration, const Widths& widths)
    : Regressor(configuration) {
  const sweeps::ModelConfiguration& model = configuration.model;
  network_ =
      register_module("network", std::make_shared<GraphMfn>(GraphMfnSizes{
                                     .features = {widths.text, widths.audio, widths.vision},
                                     .hidden = lstm_widths(model),
                                     .memory = model.of<std::int64_t>("memory"),
                                     .node = model.of<std::int64_t>("node"),
                                     .proposal = hidden_layer(model, "proposal"),
                                     .gates = {hidden_layer(model, "gate1"), hidden_layer(model, "gate2")},
                                     .out = hidden_layer(model, "out")}));
}

torch::Tensor GraphMfnModel::regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) {
  MISSMODAL_CHECK(!zeroed[0] && !zeroed[1] && !zeroed[2]);  // conflicts() refuses it
  return network_->forward(align(batch), walk.dropout).predictions;
}

}  // namespace missmodal::trainer
