#pragma once
// MFN (mfn.h) as a model.

#include <memory>

#include "trainer/model/baselines/mfn.h"
#include "trainer/model/baselines/regressor.h"

namespace missmodal::trainer {

class MfnModel : public Regressor {
 public:
  MfnModel(const sweeps::Configuration& configuration, const Widths& widths);

 private:
  torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) override;

  std::shared_ptr<Mfn> network_;
};

}  // namespace missmodal::trainer
