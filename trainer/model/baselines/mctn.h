#pragma once
// MCTN, Multimodal Cyclic Translation Network (Pham et al., AAAI 2019), hierarchical: text is translated to
// vision and back, what it was encoded as then to audio, and the second encoding is regressed on. Only text
// is needed to predict.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/model/baselines/attention_decoder.h"
#include "trainer/model/lstm.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

// A bidirectional LSTM whose directions are added. Parameters as torch.nn.LSTM's.
class SummedBiLstm : public ParameterModule {
 public:
  SummedBiLstm(std::int64_t in, std::int64_t hidden);
  torch::Tensor forward(const torch::Tensor& x);  // (b, steps, in) -> (b, steps, hidden)

 private:
  std::int64_t hidden_;
  std::vector<torch::Tensor> parameters_;
};

// An LSTM, of whose states a weighted mean is regressed on; the weights are softmax over the steps of tanh of
// a linear layer. Parameters: lstm.*, attend.*, out.*.
class AttentiveRegression : public ParameterModule {
 public:
  AttentiveRegression(std::int64_t in, std::int64_t hidden);
  torch::Tensor forward(const torch::Tensor& x);  // (b, steps, in) -> (b)

 private:
  std::shared_ptr<Lstm> lstm_;
  LinearParameters attend_;
  LinearParameters out_;
};

class Mctn : public Model {
 public:
  Mctn(const sweeps::Configuration& configuration, const Widths& widths);

  Output forward(const Batch& batch, const Context& context) override;
  // "task", and the mean squared errors "forward" (text to vision), "cycle" (and back), "second" (on to
  // audio).
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;
  // Two passes: with text and without.
  torch::Tensor predict(const Batch& batch) override;
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  bool is_used(const std::string& /*parameter*/) const override { return true; }

  struct Encodings {
    torch::Tensor first;   // (b, steps, hidden)
    torch::Tensor second;  // of the first
  };
  Encodings encode(const Batch& batch);

 private:
  std::int64_t steps_;
  double forward_weight_;
  double cycle_weight_;
  double second_weight_;
  double l2_;
  std::shared_ptr<SummedBiLstm> encoder1_;
  std::shared_ptr<AttentionDecoder> decoder1_;
  std::shared_ptr<SummedBiLstm> encoder2_;
  std::shared_ptr<AttentionDecoder> decoder2_;
  std::shared_ptr<AttentiveRegression> regression_;
};

}  // namespace missmodal::trainer
