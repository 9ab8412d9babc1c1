#pragma once
// Self-MM (self_mm.h) as a model, with its tables.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trainer/model/baselines/self_mm.h"
#include "trainer/model/baselines/self_mm_tables.h"
#include "trainer/model/baselines/text_baseline.h"

namespace missmodal::trainer {

class SelfMmModel : public VectorBaseline {
 public:
  SelfMmModel(const sweeps::Configuration& configuration, const Widths& widths,
              const std::string& bert_configuration);
  void begin_training(std::int64_t utterances) override;
  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  // What no prediction comes from is trained all the same: its loss moves the encoders.
  NamedTensors tables() const override;

 private:
  torch::Tensor encode_frames(Modality modality, const RaggedBatch& frames,
                              const DropoutStream& dropout) override;
  torch::Tensor regress(const Vectors& vectors) override;

  SelfMmSizes sizes_;
  std::shared_ptr<SelfMm> network_;
  std::optional<SelfMmTables> tables_;
};

}  // namespace missmodal::trainer
