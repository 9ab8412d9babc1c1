#pragma once
// A model that asks for all that a training's plan can say: two passes, one over half of the batches, two
// stages in a batch, an optimiser in two of them, a plateau, statistics of the global batch, dropout, a term
// that begins with the third batch, and a parameter that is frozen.

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/trainer/global_batch_norm.h"
#include "trainer/model/dropout.h"
#include "trainer/model/model.h"

namespace missmodal::trainer::testing {

class StagedModel : public Model {
 public:
  enum Optimizers : std::size_t { of_body, of_critic, of_head };

  // What it was asked for, when, and how it stood then.
  struct Asked {
    int pass = 0;
    int stage = 0;
    std::int64_t batch = 0;
    std::int64_t step = 0;
    std::map<std::string, torch::Tensor> values;
    std::map<std::string, bool> trained;
  };

  StagedModel() {
    // Numbers of no meaning, the same for everybody.
    auto numbers = [seed = 0.0](std::vector<std::int64_t> shape) mutable {
      torch::Tensor tensor = torch::empty(shape);
      for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.view(-1)[i] = std::sin(seed += 1.7);
      return tensor;
    };
    body_ = register_parameter("body", numbers({3, 4}));
    norm_ = register_module("norm", std::make_shared<GlobalBatchNorm>(4));
    head_ = register_parameter("head", numbers({4}));
    critic_ = register_parameter("critic", numbers({4}));
    frozen_ = register_parameter("frozen", numbers({4}), /*requires_grad=*/false);
  }

  Output forward(const Batch& batch, const Context& context) override {
    log(context);
    const DropoutStream dropout({context.seed, context.step, batch.first_sample}, batch.labels.device());
    const torch::Tensor features = encode(batch, batch.global_size, context.group);
    Output output;
    output.representations = dropout.apply(features, DropoutLayer{3, 0, 0}, 0.25).unsqueeze(0);
    output.predictions = output.representations.matmul(head_);
    return output;
  }

  Losses loss(const Output& output, const Batch& batch, const Context& context) override {
    Losses losses;
    std::vector<torch::Tensor> terms;
    const auto add = [&](const char* name, const torch::Tensor& term) {
      terms.push_back(term);
      losses.shares.emplace_back(name, term.detach());
    };
    const torch::Tensor missed = output.representations[0].matmul(critic_) - batch.labels;
    const torch::Tensor criticism = missed.square().sum() / batch.global_size;
    if (context.pass == 0) {
      add("first", criticism);
    } else {
      add("task", (output.predictions[0] - batch.labels).abs().sum() / batch.global_size);
      if (context.stage == 1) add("criticism", 0.1 * criticism);
      add("late", context.batch > 1 ? 0.3 * head_.square().sum() * batch.size() / batch.global_size
                                    : torch::zeros_like(criticism));
    }
    losses.total = torch::stack(terms).sum();
    losses.shares.emplace(losses.shares.begin(), "total", losses.total.detach());
    return losses;
  }

  torch::Tensor predict_with(const Batch& batch, const ByModality&) override {
    return encode(batch, batch.size(), Group()).matmul(head_);
  }

  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration& training) const override {
    const auto plan = [&](std::vector<std::string> parameters) {
      OptimizerPlan adam;
      adam.groups = {{std::move(parameters), training.learning_rate, 0.01, Decay::coupled}};
      return adam;
    };
    std::vector<OptimizerPlan> plans{plan({"body", "norm.weight", "norm.bias"}), plan({"critic"}),
                                     plan({"head"})};
    plans[of_body].plateau = Plateau{0.5, 0, 0.5};
    return plans;
  }

  std::vector<TrainingPass> epoch() const override {
    using Stage = TrainingPass::Stage;
    return {TrainingPass{{Stage{{of_critic}}}, 0.5},
            TrainingPass{{Stage{{of_body, of_head}}, Stage{{of_critic, of_head}}}, 1}};
  }

  bool is_used(const std::string&) const override { return true; }

  const std::vector<Asked>& asked() const { return asked_; }

 private:
  // (b, 4), of each utterance's last audio frame
  torch::Tensor encode(const Batch& batch, std::int64_t total, const Group& group) {
    const RaggedBatch& audio = batch.of(Modality::audio);
    return norm_->forward(audio.layout.select(audio.rows, Rows::last).matmul(body_), total, group).tanh() *
           frozen_;
  }

  void log(const Context& context) {
    Asked asked{context.pass, context.stage, context.batch, context.step, {}, {}};
    for (const auto& item : named_parameters()) {
      asked.values[item.key()] = item.value().detach().clone();
      asked.trained[item.key()] = item.value().requires_grad();
    }
    asked_.push_back(std::move(asked));
  }

  torch::Tensor body_, head_, critic_, frozen_;
  std::shared_ptr<GlobalBatchNorm> norm_;
  std::vector<Asked> asked_;
};

}  // namespace missmodal::trainer::testing
