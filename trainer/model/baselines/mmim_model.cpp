#include "trainer/model/baselines/mmim_model.h"

#include <cmath>

#include "trainer/model/baselines/rates.h"
#include "trainer/model/initialize.h"

namespace missmodal::trainer {
namespace {

constexpr int kEstimatorPass = 0;
constexpr std::int64_t kBatchesWithoutMemory = 2;  // of the second pass: the memory holds one, and is whole

MmimSizes mmim_sizes(const sweeps::ModelConfiguration& model, const Widths& widths, std::int64_t text) {
  const auto width = [&](const char* key) { return model.of<std::int64_t>(key); };
  return {.features = {text, widths.audio, widths.vision},
          .hidden = {0, width("audio_hidden"), width("vision_hidden")},
          .vectors = {text, width("audio_out"), width("vision_out")},
          .fused = width("fused"),
          .fusion_dropout = model.of<double>("dropout")};
}

// In Output::others, by modality.
std::string named(const char* what, std::size_t modality) {
  return what + std::to_string(modality);
}

}  // namespace

MmimModel::MmimModel(const sweeps::Configuration& configuration, const Widths& widths,
                     const std::string& bert_configuration)
    : VectorBaseline(configuration, widths, bert_configuration, TextVector::first),
      sizes_(mmim_sizes(configuration.model, widths, text_.width())),
      memory_(configuration.training.batch_size, {0, sizes_.vectors[1] / 4, sizes_.vectors[2] / 4}) {
  network_ = register_module("network", std::make_shared<Mmim>(sizes_));
}

void MmimModel::begin_training(std::int64_t /*utterances*/) {
  const torch::Tensor first = parameters().front();
  memory_.to(first.device(), first.scalar_type());
}

void MmimModel::initialize_further(std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (auto& item : named_parameters()) {
    torch::Tensor& parameter = item.value();
    if (parameter.dim() != 2 || is_bert_parameter(item.key())) continue;
    const auto fans = static_cast<double>(parameter.size(0) + parameter.size(1));
    fill(parameter, Initial::normal(std::sqrt(2 / fans)), seed, item.key());
  }
}

torch::Tensor MmimModel::encode_frames(Modality modality, const RaggedBatch& frames,
                                       const DropoutStream& /*dropout*/) {
  return network_->encode(modality, frames);
}

torch::Tensor MmimModel::regress(const Vectors& vectors) {
  return network_->forward(vectors, DropoutStream()).predictions;
}

Output MmimModel::forward(const Batch& batch, const Context& context) {
  const DropoutStream dropout = dropout_of(batch, context);
  const MmimOutput found = network_->forward(encode(batch, context), dropout);
  Output output;
  output.predictions = found.predictions.unsqueeze(0);
  for (std::size_t i = 0; i < 3; ++i) {
    output.others[named("vector", i)] = found.vectors[i];
    output.others[named("guessed", i)] = found.guessed[i];
    if (i == 0) continue;
    output.others[named("mean", i)] = found.pairs[i].mean;
    output.others[named("log_variance", i)] = found.pairs[i].log_variance;
    output.others[named("reduced", i)] = found.reduced[i];
  }
  return output;
}

Losses MmimModel::loss(const Output& output, const Batch& batch, const Context& context) {
  MmimOutput found;
  found.predictions = output.predictions[0];
  for (std::size_t i = 0; i < 3; ++i) {
    found.vectors[i] = output.others.at(named("vector", i));
    found.guessed[i] = output.others.at(named("guessed", i));
    if (i == 0) continue;
    found.pairs[i] = {output.others.at(named("mean", i)), output.others.at(named("log_variance", i))};
    found.reduced[i] = output.others.at(named("reduced", i));
  }
  if (context.pass == kEstimatorPass) return mmim_estimator_losses(found, batch, context.group);
  const sweeps::ModelConfiguration& model = configuration_.model;
  const Entropy entropy = context.batch < kBatchesWithoutMemory ? Entropy::none : Entropy::with_memory;
  return mmim_losses(found, batch, memory_, entropy,
                     {.contrast = model.of<double>("contrast"), .bound = model.of<double>("bound")},
                     context.group);
}

std::vector<OptimizerPlan> MmimModel::optimizers(const sweeps::TrainingConfiguration& training) const {
  const Rate none{};
  const Rate estimator{configuration_.model.of<double>("estimator_learning_rate"), training.weight_decay};
  const Rate main{training.learning_rate, training.weight_decay};
  const Rate bert{training.text_learning_rate, training.weight_decay};
  std::vector<OptimizerPlan> plans{
      adam_by_rate(*this, training.epsilon,
                   [&](const std::string& name, const torch::Tensor&) {
                     return Mmim::is_estimator(name) ? estimator : none;
                   }),
      adam_by_rate(*this, training.epsilon, [&](const std::string& name, const torch::Tensor&) {
        if (Mmim::is_estimator(name)) return none;
        return is_bert_parameter(name) ? bert : main;
      })};
  for (OptimizerPlan& plan : plans) {
    if (training.clip_norm > 0) plan.clip = {Clip::By::norm, training.clip_norm};
    plan.plateau = Plateau{.factor = 0.5, .patience = configuration_.model.of<int>("plateau_patience")};
  }
  return plans;
}

std::vector<TrainingPass> MmimModel::epoch() const {
  TrainingPass estimate{.stages = {{{0}}}, .share = configuration_.model.of<double>("estimator_share")};
  return {estimate, TrainingPass{.stages = {{{1}}}}};
}

}  // namespace missmodal::trainer
