#include "trainer/model/baselines/mult_model.h"

#include "trainer/model/robust_training.h"

namespace missmodal::trainer {

MultModel::MultModel(const sweeps::Configuration& configuration, const Widths& widths)
    : Regressor(configuration), configuration_(configuration.model), robust_(configuration.training.robust) {
  const auto width = [&](const char* key) { return configuration_.of<std::int64_t>(key); };
  const auto dropout = [&](const char* key) { return configuration_.of<double>(key); };
  network_ = register_module(
      "network",
      std::make_shared<Mult>(MultSizes{
          .features = {widths.text, widths.audio, widths.vision},
          .kernels = {width("text_kernel"), width("audio_kernel"), width("vision_kernel")},
          .width = width("width"),
          .heads = configuration_.of<int>("heads"),
          .levels = configuration_.of<int>("levels"),
          .attention_dropout = {dropout("text_attention_dropout"), dropout("audio_attention_dropout"),
                                dropout("vision_attention_dropout")},
          .text_dropout = dropout("text_dropout"),
          .embedding_dropout = dropout("embedding_dropout"),
          .relu_dropout = dropout("relu_dropout"),
          .residual_dropout = dropout("residual_dropout"),
          .out_dropout = dropout("out_dropout")}));
}

torch::Tensor MultModel::regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) {
  std::array<RaggedBatch, 3> sequences = batch.sequences;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (zeroed[i]) sequences[i].rows = torch::zeros_like(sequences[i].rows);
  }
  return network_->forward(sequences, walk.dropout).predictions;
}

Output MultModel::forward(const Batch& batch, const Context& context) {
  Batch met = batch;
  for (const Modality modality : kModalities) {
    met.sequences[static_cast<unsigned>(modality)].rows =
        robustly(batch.of(modality), modality, robust_, batch, context);
  }
  return Regressor::forward(met, context);
}

std::vector<OptimizerPlan> MultModel::optimizers(const sweeps::TrainingConfiguration& training) const {
  std::vector<OptimizerPlan> plans = Regressor::optimizers(training);
  OptimizerPlan& plan = plans.front();
  const auto clip = configuration_.of<double>("clip_value");
  if (clip > 0) plan.clip = {Clip::By::value, clip};
  plan.accumulation = configuration_.of<int>("accumulation");
  plan.plateau = Plateau{.factor = 0.1, .patience = configuration_.of<int>("plateau_patience")};
  return plans;
}

}  // namespace missmodal::trainer
