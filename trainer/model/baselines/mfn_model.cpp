#include "trainer/model/baselines/mfn_model.h"

#include "sweeps/error.h"
#include "trainer/model/baselines/mfn_keys.h"

namespace missmodal::trainer {

MfnModel::MfnModel(const sweeps::Configuration& configuration, const Widths& widths)
    : Regressor(configuration) {
  MfnSizes sizes = mfn_sizes(configuration.model, widths);
  sizes.out = hidden_layer(configuration.model, "out");
  network_ = register_module("network", std::make_shared<Mfn>(sizes));
}

torch::Tensor MfnModel::regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) {
  MISSMODAL_CHECK(!zeroed[0] && !zeroed[1] && !zeroed[2]);  // conflicts() refuses it
  return network_->forward(align(batch), walk.dropout).predictions;
}

}  // namespace missmodal::trainer
