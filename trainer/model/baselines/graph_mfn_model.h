#pragma once
// Graph-MFN (graph_mfn.h) as a model.

#include <memory>

#include "trainer/model/baselines/graph_mfn.h"
#include "trainer/model/baselines/regressor.h"

namespace missmodal::trainer {

class GraphMfnModel : public Regressor {
 public:
  GraphMfnModel(const sweeps::Configuration& configuration, const Widths& widths);

 private:
  torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) override;

  std::shared_ptr<GraphMfn> network_;
};

}  // namespace missmodal::trainer
