#include "trainer/model/baselines/mctn.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "trainer/model/baselines/coupled_adam.h"
#include "trainer/model/baselines/frames.h"
#include "trainer/model/baselines/squared_error.h"
#include "trainer/model/bilstm.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr const char* kMctnForward = "forward";
constexpr const char* kMctnCycle = "cycle";
constexpr const char* kMctnSecond = "second";
constexpr const char* kMctnRegularized = "regression.out.weight";

// The first columns.
torch::Tensor first_columns(const torch::Tensor& x, std::int64_t count) {
  return x.slice(2, 0, count);
}

}  // namespace

SummedBiLstm::SummedBiLstm(std::int64_t in, std::int64_t hidden) : hidden_(hidden) {
  const Initial initial = Initial::uniform(1 / std::sqrt(static_cast<double>(hidden)));
  for (const std::string direction : {"", "_reverse"}) {
    parameters_.push_back(declare("weight_ih_l0" + direction, {4 * hidden, in}, initial));
    parameters_.push_back(declare("weight_hh_l0" + direction, {4 * hidden, hidden}, initial));
    parameters_.push_back(declare("bias_ih_l0" + direction, {4 * hidden}, initial));
    parameters_.push_back(declare("bias_hh_l0" + direction, {4 * hidden}, initial));
  }
}

torch::Tensor SummedBiLstm::forward(const torch::Tensor& x) {
  if (x.size(0) == 0) return torch::zeros({0, x.size(1), hidden_}, x.options().requires_grad(false));
  const torch::Tensor both = bilstm(x.flatten(0, 1), rectangle(x), parameters_);
  return both.view({x.size(0), x.size(1), 2, hidden_}).sum(2);
}

AttentiveRegression::AttentiveRegression(std::int64_t in, std::int64_t hidden)
    : lstm_(register_module("lstm", std::make_shared<Lstm>(in, hidden))),
      attend_(declare_linear("attend", hidden, 1)),
      out_(declare_linear("out", hidden, 1)) {}

torch::Tensor AttentiveRegression::forward(const torch::Tensor& x) {
  const torch::Tensor states = lstm_->states(x.flatten(0, 1), rectangle(x), DropoutStream())
                                   .view({x.size(0), x.size(1), out_.weight.size(1)});
  const torch::Tensor weights = torch::linear(states, attend_.weight, attend_.bias).tanh().softmax(1);
  return torch::linear((weights * states).sum(1), out_.weight, out_.bias).squeeze(1);
}

Mctn::Mctn(const sweeps::Configuration& configuration, const Widths& widths)
    : Model(configuration.evaluation),
      steps_(configuration.model.of<std::int64_t>("steps")),
      forward_weight_(configuration.model.of<double>("forward_weight")),
      cycle_weight_(configuration.model.of<double>("cycle_weight")),
      second_weight_(configuration.model.of<double>("second_weight")),
      l2_(configuration.model.of<double>("l2")) {
  const auto hidden = configuration.model.of<std::int64_t>("hidden");
  encoder1_ = register_module("encoder1", std::make_shared<SummedBiLstm>(widths.text, hidden));
  decoder1_ = register_module(
      "decoder1", std::make_shared<AttentionDecoder>(hidden, hidden, std::max(widths.text, widths.vision)));
  encoder2_ = register_module("encoder2", std::make_shared<SummedBiLstm>(hidden, hidden));
  decoder2_ = register_module("decoder2", std::make_shared<AttentionDecoder>(hidden, hidden, widths.audio));
  regression_ = register_module("regression", std::make_shared<AttentiveRegression>(hidden, hidden));
}

Mctn::Encodings Mctn::encode(const Batch& batch) {
  Encodings encodings;
  encodings.first = encoder1_->forward(first_frames(batch.of(Modality::text), steps_));
  encodings.second = encoder2_->forward(encodings.first);
  return encodings;
}

Output Mctn::forward(const Batch& batch, const Context& /*context*/) {
  const Encodings encodings = encode(batch);
  Output output;
  output.predictions = regression_->forward(encodings.second).unsqueeze(0);
  const std::int64_t text = batch.of(Modality::text).rows.size(1);
  const torch::Tensor there = decoder1_->forward(encodings.first, steps_);
  output.others[kMctnForward] = first_columns(there, batch.of(Modality::vision).rows.size(1));
  const torch::Tensor back = decoder1_->forward(encoder1_->forward(first_columns(there, text)), steps_);
  output.others[kMctnCycle] = first_columns(back, text);
  output.others[kMctnSecond] = decoder2_->forward(encodings.second, steps_);
  return output;
}

Losses Mctn::loss(const Output& output, const Batch& batch, const Context& /*context*/) {
  Losses losses;
  losses.total = prediction_loss(output.predictions[0], batch.labels, batch.global_size);
  losses.shares = {{"task", losses.total.detach()}};
  struct Translation {
    const char* name;
    Modality target;
    double weight;
  };
  for (const auto& [name, target, weight] : {Translation{kMctnForward, Modality::vision, forward_weight_},
                                             Translation{kMctnCycle, Modality::text, cycle_weight_},
                                             Translation{kMctnSecond, Modality::audio, second_weight_}}) {
    const torch::Tensor error =
        squared_error(output.others.at(name), first_frames(batch.of(target), steps_), batch.global_size);
    losses.total = losses.total + weight * error;
    losses.shares.emplace_back(name, error.detach());
  }
  losses.shares.emplace(losses.shares.begin(), "total", losses.total.detach());
  return losses;
}

torch::Tensor Mctn::predict_with(const Batch& batch, const ByModality& zeroed) {
  MISSMODAL_CHECK(!zeroed[0] && !zeroed[1] && !zeroed[2]);  // conflicts() refuses it
  return regression_->forward(encode(batch).second);
}

torch::Tensor Mctn::predict(const Batch& batch) {
  Batch without = batch;
  RaggedBatch& text = without.sequences[static_cast<unsigned>(Modality::text)];
  text.rows = torch::zeros_like(text.rows);
  const torch::Tensor complete = predict_with(batch, {});
  const torch::Tensor missing = predict_with(without, {});
  std::vector<torch::Tensor> rows;
  for (const Subset subset : kSubsets) rows.push_back(has(subset, Modality::text) ? complete : missing);
  return torch::stack(rows);
}

std::vector<OptimizerPlan> Mctn::optimizers(const sweeps::TrainingConfiguration& training) const {
  OptimizerPlan plan = coupled_adam(*this, training);
  std::erase(plan.groups.front().parameters, kMctnRegularized);
  // The gradient of l2 |w|^2 is 2 l2 w.
  plan.groups.push_back(
      {{kMctnRegularized}, training.learning_rate, training.weight_decay + 2 * l2_, Decay::coupled});
  return {std::move(plan)};
}

}  // namespace missmodal::trainer
