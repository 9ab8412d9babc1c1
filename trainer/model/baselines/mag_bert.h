#pragma once
// MAG-BERT (mag_gate.h) as a model: the gate stands between BERT's embeddings and its first layer; [CLS] goes
// through a pooler. With word vectors it stands before the sequence encoder.

#include <memory>
#include <string>
#include <vector>

#include "trainer/model/baselines/mag_gate.h"
#include "trainer/model/baselines/text_baseline.h"

namespace missmodal::trainer {

// Linear, tanh, dropout, Linear. Dropout: owner fusion, layer 33.
class MagHead : public ParameterModule {
 public:
  MagHead(std::int64_t width, double dropout);
  torch::Tensor forward(const torch::Tensor& x, const DropoutStream& stream) const;  // (b, width) -> (b)

 private:
  LinearParameters pooler_;
  LinearParameters classifier_;
  double dropout_;
};

class MagBert : public TextBaseline {
 public:
  MagBert(const sweeps::Configuration& configuration, const Widths& widths,
          const std::string& bert_configuration);
  Output forward(const Batch& batch, const Context& context) override;
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  // The text's representation is what the gate sees, the other modalities' are their frames.
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;

 private:
  torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const DropoutStream& dropout);

  std::shared_ptr<MagGate> gate_;
  std::shared_ptr<MagHead> head_;
};

}  // namespace missmodal::trainer
