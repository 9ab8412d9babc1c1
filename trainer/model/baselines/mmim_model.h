#pragma once
// MMIM (mmim.h) as a model: an epoch's first pass steps the networks that guess one modality from another,
// the second one all the others.

#include <memory>
#include <string>
#include <vector>

#include "trainer/model/baselines/mmim.h"
#include "trainer/model/baselines/mmim_memory.h"
#include "trainer/model/baselines/text_baseline.h"

namespace missmodal::trainer {

class MmimModel : public VectorBaseline {
 public:
  MmimModel(const sweeps::Configuration& configuration, const Widths& widths,
            const std::string& bert_configuration);
  void begin_training(std::int64_t utterances) override;
  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  // Each has all parameters, at rate 0 where it does not step them: they count for the norm.
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  std::vector<TrainingPass> epoch() const override;
  NamedTensors tables() const override { return memory_.tables(); }

 private:
  torch::Tensor encode_frames(Modality modality, const RaggedBatch& frames,
                              const DropoutStream& dropout) override;
  torch::Tensor regress(const Vectors& vectors) override;
  // Every tensor of two axes but BERT's is drawn Xavier-normal, the recurrences' too.
  void initialize_further(std::uint64_t seed) override;

  MmimSizes sizes_;
  std::shared_ptr<Mmim> network_;
  MmimMemory memory_;
};

}  // namespace missmodal::trainer
