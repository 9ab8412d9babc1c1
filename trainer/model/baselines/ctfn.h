#pragma once
// CTFN, Coupled-Translation Fusion Network (Tang et al., ACL 2021), re-derived: its public code handles two
// modalities and another task, so what is here follows the paper and fills in the rest (docs/baselines.md).
// Each pair of modalities is translated both ways; what the translators know is fused.

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/model/baselines/mlp.h"
#include "trainer/model/baselines/walk.h"
#include "trainer/model/lstm.h"
#include "trainer/model/model.h"
#include "trainer/model/transformer_layer.h"

namespace missmodal::trainer {

// Linear, ReLU, dropout, Transformer layers each with one LayerNorm for both of its halves, LayerNorm,
// Linear. Parameters: in.*, layers.K.{query,key,value,mix,linear1,linear2,norm}.*, norm.*, out.*.
class Translator : public ParameterModule {
 public:
  struct Options {
    std::int64_t width = 0;
    std::int64_t feed_forward = 0;
    int layers = 1;
    int heads = 1;  // divides width
    double dropout = 0;
    std::uint32_t number = 0;  // among the model's translators
  };
  Translator(std::int64_t in, std::int64_t out, const Options& options);

  struct Translation {
    torch::Tensor knowledge;  // (b, steps, width): before the last linear layer
    torch::Tensor result;     // (b, steps, out)
  };
  Translation forward(const torch::Tensor& x, const DropoutStream& dropout);  // (b, steps, in)

 private:
  Options options_;
  LinearParameters in_;
  std::vector<TransformerParameters> layers_;
  LinearParameters norm_;
  LinearParameters out_;
};

// A batch's modalities as rectangles of so many steps.
using Steps = std::array<torch::Tensor, 3>;  // by Modality, (b, steps, its width)

class Ctfn : public Model {
 public:
  Ctfn(const sweeps::Configuration& configuration, const Widths& widths);

  Output forward(const Batch& batch, const Context& context) override;
  // Stage 0 and 1: "there_and_back", "back_and_there", the error of each pair's first and second modality
  // that was translated to the other and back. Stage 2: "task".
  Losses loss(const Output& output, const Batch& batch, const Context& context) override;
  torch::Tensor predict_with(const Batch& batch, const ByModality& zeroed) override;
  // A missing modality is translated from the first one that is there, in the order text, audio, vision.
  torch::Tensor predict(const Batch& batch) override;
  // The translators' and the rest's.
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override;
  std::vector<TrainingPass> epoch() const override;
  bool is_used(const std::string& /*parameter*/) const override { return true; }

 private:
  Steps steps_of(const Batch& batch) const;
  Translator& translator(Modality from, Modality to);
  torch::Tensor cycle(const torch::Tensor& x, Modality from, Modality over, const DropoutStream& dropout);
  torch::Tensor regress(const Steps& steps, const DropoutStream& dropout);  // (b)

  std::int64_t steps_;
  std::array<std::array<std::shared_ptr<Translator>, 3>, 3> translators_;  // [from][to]
  std::shared_ptr<Lstm> lstm_;
  std::shared_ptr<Mlp> post_;
};

}  // namespace missmodal::trainer
