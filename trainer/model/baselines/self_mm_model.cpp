#include "trainer/model/baselines/self_mm_model.h"

#include <fmt/format.h>

#include "sweeps/error.h"
#include "trainer/model/baselines/rates.h"

namespace missmodal::trainer {
namespace {

SelfMmSizes self_mm_sizes(const sweeps::ModelConfiguration& model, const Widths& widths, std::int64_t text) {
  const auto width = [&](const char* key) { return model.of<std::int64_t>(key); };
  const auto dropout = [&](const char* key) { return model.of<double>(key); };
  return {.features = {text, widths.audio, widths.vision},
          .hidden = {0, width("audio_hidden"), width("vision_hidden")},
          .vectors = {text, width("audio_out"), width("vision_out")},
          .head = {width("text_head"), width("audio_head"), width("vision_head"), width("fusion_head")},
          .head_dropout = {dropout("text_dropout"), dropout("audio_dropout"), dropout("vision_dropout"),
                           dropout("fusion_dropout")}};
}

// In Output::others.
std::string feature_name(std::size_t task) {
  return fmt::format("feature_{}", task);
}
std::string prediction_name(std::size_t task) {
  return fmt::format("prediction_{}", task);
}

}  // namespace

SelfMmModel::SelfMmModel(const sweeps::Configuration& configuration, const Widths& widths,
                         const std::string& bert_configuration)
    : VectorBaseline(configuration, widths, bert_configuration, TextVector::first),
      sizes_(self_mm_sizes(configuration.model, widths, text_.width())) {
  network_ = register_module("network", std::make_shared<SelfMm>(sizes_));
}

void SelfMmModel::begin_training(std::int64_t utterances) {
  tables_.emplace(utterances, sizes_.head);
  const torch::Tensor first = parameters().front();
  tables_->to(first.device(), first.scalar_type());
}

torch::Tensor SelfMmModel::encode_frames(Modality modality, const RaggedBatch& frames,
                                         const DropoutStream& dropout) {
  return network_->encode(modality, frames, dropout);
}

torch::Tensor SelfMmModel::regress(const Vectors& vectors) {
  return network_->forward(vectors, DropoutStream()).predictions[kSelfMmFused];
}

Output SelfMmModel::forward(const Batch& batch, const Context& context) {
  const DropoutStream dropout = dropout_of(batch, context);
  const SelfMmOutput found = network_->forward(encode(batch, context), dropout);
  Output output;
  output.predictions = found.predictions[kSelfMmFused].unsqueeze(0);
  for (std::size_t task = 0; task < kSelfMmTasks; ++task) {
    output.others[feature_name(task)] = found.features[task];
    output.others[prediction_name(task)] = found.predictions[task];
  }
  return output;
}

Losses SelfMmModel::loss(const Output& output, const Batch& batch, const Context& context) {
  MISSMODAL_CHECK(tables_);
  SelfMmOutput found;
  for (std::size_t task = 0; task < kSelfMmTasks; ++task) {
    found.features[task] = output.others.at(feature_name(task));
    found.predictions[task] = output.others.at(prediction_name(task));
  }
  return tables_->losses(found, batch, context.epoch, context.group);
}

NamedTensors SelfMmModel::tables() const {
  return tables_ ? tables_->tables() : NamedTensors{};
}

std::vector<OptimizerPlan> SelfMmModel::optimizers(const sweeps::TrainingConfiguration& training) const {
  const sweeps::ModelConfiguration& model = configuration_.model;
  const double frames_decay = model.of<double>("frames_weight_decay");
  const Rate audio{model.of<double>("audio_learning_rate"), frames_decay};
  const Rate vision{model.of<double>("vision_learning_rate"), frames_decay};
  OptimizerPlan plan =
      adam_by_rate(*this, training.epsilon, [&](const std::string& name, const torch::Tensor& parameter) {
        if (name.starts_with("network.audio_model")) return audio;
        if (name.starts_with("network.video_model")) return vision;
        if (!is_bert_parameter(name)) return Rate{training.learning_rate, training.weight_decay};
        return Rate{training.text_learning_rate, parameter.dim() <= 1 ? 0 : training.weight_decay};
      });
  if (training.clip_norm > 0) plan.clip = {Clip::By::norm, training.clip_norm};
  plan.accumulation = model.of<int>("accumulation");
  return {plan};
}

}  // namespace missmodal::trainer
