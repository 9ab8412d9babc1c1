#pragma once
// EF-LSTM, early fusion: the modalities' frames side by side, BatchNorm whose channels are the steps, an
// LSTM, two linear layers on its last state.

#include <cstdint>
#include <memory>

#include "trainer/model/baselines/batch_norm.h"
#include "trainer/model/baselines/mlp.h"
#include "trainer/model/baselines/regressor.h"
#include "trainer/model/lstm.h"

namespace missmodal::trainer {

class EfLstm : public Regressor {
 public:
  EfLstm(const sweeps::Configuration& configuration, const Widths& widths);

  // (b, steps, all widths): the first frames of each modality, text first, zeros behind.
  torch::Tensor normalized(const Batch& batch, const Walk& walk);
  torch::Tensor final_state(const torch::Tensor& steps, const Walk& walk);  // (b, hidden)

 private:
  torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) override;

  std::int64_t steps_;
  double dropout_;
  std::shared_ptr<BatchNorm> norm_;
  std::shared_ptr<Lstm> lstm_;
  std::shared_ptr<Mlp> post_;
};

}  // namespace missmodal::trainer
