#include "trainer/model/baselines/ef_lstm.h"

#include <vector>

#include "sweeps/error.h"
#include "trainer/model/baselines/frames.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kEfLstmOwner = 3;
// Behind every layer that the LSTM may have.
constexpr DropoutLayer kEfLstmState{kEfLstmOwner, 128, 0};
constexpr DropoutLayer kEfLstmInside{kEfLstmOwner, 128, 1};

}  // namespace

EfLstm::EfLstm(const sweeps::Configuration& configuration, const Widths& widths)
    : Regressor(configuration),
      steps_(configuration.model.of<std::int64_t>("steps")),
      dropout_(configuration.model.of<double>("dropout")) {
  const auto hidden = configuration.model.of<std::int64_t>("hidden");
  const LstmOptions options{configuration.model.of<int>("layers"), dropout_, kEfLstmOwner};
  norm_ = register_module("norm", std::make_shared<BatchNorm>(steps_));
  lstm_ = register_module(
      "lstm", std::make_shared<Lstm>(widths.text + widths.audio + widths.vision, hidden, options));
  post_ = register_module(
      "post", std::make_shared<Mlp>(std::vector<std::int64_t>{hidden, hidden, 1}, dropout_, kEfLstmInside));
}

torch::Tensor EfLstm::normalized(const Batch& batch, const Walk& walk) {
  std::vector<torch::Tensor> side_by_side;
  for (const Modality modality : kModalities)
    side_by_side.push_back(first_frames(batch.of(modality), steps_));
  return norm_->forward(torch::cat(side_by_side, 2), walk);
}

torch::Tensor EfLstm::final_state(const torch::Tensor& steps, const Walk& walk) {
  return lstm_->last(steps.flatten(0, 1), rectangle(steps), walk.dropout);
}

torch::Tensor EfLstm::regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) {
  MISSMODAL_CHECK(!zeroed[0] && !zeroed[1] && !zeroed[2]);  // conflicts() refuses it
  const torch::Tensor state = final_state(normalized(batch, walk), walk);
  return post_->forward(walk.dropout.apply(state, kEfLstmState, dropout_), walk.dropout).squeeze(1);
}

}  // namespace missmodal::trainer
