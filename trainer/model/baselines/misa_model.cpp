#include "trainer/model/baselines/misa_model.h"

#include "trainer/model/baselines/rates.h"

namespace missmodal::trainer {
namespace {

// In Output::others, what misa_losses() looks at.
constexpr const char* kTokens = "tokens";
constexpr const char* kProjections = "projections";
constexpr const char* kReconstructions = "reconstructions";

}  // namespace

MisaModel::MisaModel(const sweeps::Configuration& configuration, const Widths& widths,
                     const std::string& bert_configuration)
    : VectorBaseline(configuration, widths, bert_configuration, TextVector::mean) {
  const sweeps::ModelConfiguration& model = configuration.model;
  network_ = register_module("network", std::make_shared<Misa>(MisaSizes{
                                            .features = {text_.width(), widths.audio, widths.vision},
                                            .hidden = model.of<std::int64_t>("hidden"),
                                            .feed_forward = model.of<std::int64_t>("feed_forward"),
                                            .dropout = model.of<double>("dropout"),
                                            .transformer_dropout = model.of<double>("transformer_dropout")}));
}

torch::Tensor MisaModel::encode_frames(Modality modality, const RaggedBatch& frames,
                                       const DropoutStream& /*dropout*/) {
  return network_->utterance(modality, frames);
}

torch::Tensor MisaModel::regress(const Vectors& vectors) {
  return network_->forward(vectors, DropoutStream()).predictions;
}

Output MisaModel::forward(const Batch& batch, const Context& context) {
  const DropoutStream dropout = dropout_of(batch, context);
  const MisaOutput found = network_->forward(encode(batch, context), dropout);
  const auto stacked = [](const std::array<torch::Tensor, 3>& rows) {
    return torch::stack({rows[0], rows[1], rows[2]});
  };
  Output output;
  output.predictions = found.predictions.unsqueeze(0);
  output.others = {{kTokens, found.tokens},
                   {kProjections, stacked(found.projections)},
                   {kReconstructions, stacked(found.reconstructions)}};
  return output;
}

Losses MisaModel::loss(const Output& output, const Batch& batch, const Context& context) {
  MisaOutput found;
  found.predictions = output.predictions[0];
  found.tokens = output.others.at(kTokens);
  for (std::int64_t i = 0; i < 3; ++i) {
    found.projections[static_cast<std::size_t>(i)] = output.others.at(kProjections)[i];
    found.reconstructions[static_cast<std::size_t>(i)] = output.others.at(kReconstructions)[i];
  }
  const sweeps::ModelConfiguration& model = configuration_.model;
  const MisaWeights weights{.difference = model.of<double>("difference"),
                            .similarity = model.of<double>("similarity"),
                            .reconstruction = model.of<double>("reconstruction")};
  return misa_losses(found, batch, weights, context.group);
}

std::vector<OptimizerPlan> MisaModel::optimizers(const sweeps::TrainingConfiguration& training) const {
  OptimizerPlan plan =
      adam_by_rate(*this, training.epsilon, [&](const std::string& name, const torch::Tensor&) {
        return Rate{is_bert_parameter(name) ? training.text_learning_rate : training.learning_rate,
                    training.weight_decay};
      });
  const auto clip = configuration_.model.of<double>("clip_value");
  if (clip > 0) plan.clip = {Clip::By::value, clip};
  plan.accumulation = configuration_.model.of<int>("accumulation");
  return {plan};
}

}  // namespace missmodal::trainer
