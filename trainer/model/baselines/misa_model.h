#pragma once
// MISA (misa.h) as a model: BERT's mean state is the text's vector.

#include <memory>
#include <string>
#include <vector>

#include "trainer/model/baselines/misa.h"
#include "trainer/model/baselines/text_baseline.h"

namespace missmodal::trainer {

class MisaModel : public VectorBaseline {
 public:
  MisaModel(const sweeps::Configuration& configuration, const Widths& widths,
            const std::string& bert_configuration);
  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;

 private:
  torch::Tensor encode_frames(Modality modality, const RaggedBatch& frames,
                              const DropoutStream& dropout) override;
  torch::Tensor regress(const Vectors& vectors) override;

  std::shared_ptr<Misa> network_;
};

}  // namespace missmodal::trainer
