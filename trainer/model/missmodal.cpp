#include "trainer/model/missmodal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "trainer/model/bert_weights.h"
#include "trainer/model/fine_tuning.h"
#include "trainer/model/losses.h"
#include "trainer/model/sequence_encoder.h"

namespace missmodal::trainer {

using sweeps::LossTerm;

namespace {

bool starts_with(const std::string& text, std::string_view start) {
  return text.rfind(start, 0) == 0;
}

bool is_bert(const std::string& parameter) {
  return starts_with(parameter, "text.bert.");
}

sweeps::ZeroAt zero_at(const sweeps::EvaluationConfiguration& evaluation, Modality modality) {
  switch (modality) {
    case Modality::text:
      return evaluation.zero_text;
    case Modality::audio:
      return evaluation.zero_audio;
    case Modality::vision:
      return evaluation.zero_vision;
  }
  MISSMODAL_CHECK(false);
}

}  // namespace

MissModal::MissModal(const sweeps::Configuration& configuration, const Widths& widths,
                     std::string bert_configuration)
    : configuration_(configuration), bert_configuration_(std::move(bert_configuration)) {
  configuration_.evaluation.route = sweeps::resolved_route(configuration);
  const bool bert = configuration.model.text_encoder == sweeps::TextEncoder::bert;
  if (bert && configuration.evaluation.zero_text == sweeps::ZeroAt::input &&
      configuration_.evaluation.route == sweeps::Route::full) {
    throw InputError("evaluation.zero_at.text",
                     "must be representation with the encoder bert, whose input is token ids");
  }
  const std::array<int, 3> features{widths.text, widths.audio, widths.vision};
  std::array<std::int64_t, 3> encoded{};
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    if (modality == Modality::text && bert) {
      encoders_[index] = std::make_shared<BertEncoder>(
          parse_bert_configuration(bert_configuration_, configuration.model.text_weights + "/config.json"));
    } else {
      encoders_[index] = std::make_shared<SequenceEncoder>(features[index], configuration.model, index);
    }
    register_module(std::string(missmodal::name(modality)), encoders_[index]);
    encoded[index] = encoders_[index]->width();
  }
  fusion_ = register_module("fusion", std::make_shared<ConcatenationFusion>(encoded, configuration.model));
  predictor_ = register_module("predictor", std::make_shared<Predictor>(configuration.model.fusion_width));
}

void MissModal::initialize() {
  const auto seed = static_cast<std::uint64_t>(configuration_.seed);
  for (const Modality modality : kModalities)
    encoder(modality).initialize(seed, std::string(missmodal::name(modality)));
  fusion_->initialize(seed, "fusion");
  predictor_->initialize(seed, "predictor");
}

void MissModal::load_text_weights() {
  if (configuration_.model.text_encoder != sweeps::TextEncoder::bert) return;
  if (configuration_.model.text_init == sweeps::TextInit::random) return;
  load_bert_weights(static_cast<BertEncoder&>(encoder(Modality::text)), configuration_.model.text_weights);
}

void MissModal::freeze_text() {
  for (auto& item : named_parameters()) {
    if (is_bert(item.key())) item.value().set_requires_grad(false);
  }
}

const RaggedBatch& MissModal::input(const Batch& batch, Modality modality) const {
  const bool tokens =
      modality == Modality::text && configuration_.model.text_encoder == sweeps::TextEncoder::bert;
  return tokens ? batch.tokens : batch.of(modality);
}

Encoded MissModal::encode(const Batch& batch, const DropoutStream& dropout) {
  Encoded encoded;
  for (const Modality modality : kModalities) {
    const RaggedBatch& ragged = input(batch, modality);
    encoded[static_cast<unsigned>(modality)] =
        encoder(modality).encode(ragged.rows, RaggedLayout(ragged.lengths, ragged.rows.device()), dropout);
  }
  return encoded;
}

torch::Tensor MissModal::encode_missing(const Batch& batch, Modality modality) {
  const RaggedBatch& ragged = input(batch, modality);
  if (zero_at(configuration_.evaluation, modality) == sweeps::ZeroAt::representation) {
    return torch::zeros({batch.size(), encoder(modality).width()}, batch.labels.options());
  }
  // Zero frames differ in their number only, so one sequence a length is enough.
  std::vector<std::int64_t> distinct = ragged.lengths;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::int64_t> place;
  for (const std::int64_t length : ragged.lengths) {
    place.push_back(std::lower_bound(distinct.begin(), distinct.end(), length) - distinct.begin());
  }
  const RaggedLayout layout(distinct, ragged.rows.device());
  const torch::Tensor zeros = torch::zeros({layout.rows(), ragged.rows.size(1)}, ragged.rows.options());
  return encoder(modality)
      .encode(zeros, layout, DropoutStream())
      .index_select(0, torch::tensor(place, torch::kInt64).to(zeros.device()));
}

bool MissModal::trains_subsets() const {
  const sweeps::LossConfiguration& loss = configuration_.loss;
  return loss.has(LossTerm::geo) || loss.has(LossTerm::dis) || loss.has(LossTerm::sem);
}

Losses MissModal::losses(const Batch& batch, const TrainingStep& step) {
  const DropoutStream dropout(step, batch.labels.device());
  const sweeps::LossConfiguration& configuration = configuration_.loss;
  const Encoded encoded = encode(batch, dropout);
  const torch::Tensor full = fusion_->fuse(encoded, Subset::TAV, dropout);
  torch::Tensor partial;
  if (trains_subsets()) {
    std::vector<torch::Tensor> fused;
    for (const Subset subset : kSubsets) {
      if (subset != Subset::TAV) fused.push_back(fusion_->fuse(encoded, subset, dropout));
    }
    partial = torch::stack(fused);
  }
  Losses losses;
  const auto add = [&](const char* name, const torch::Tensor& loss, double weight) {
    losses.terms.emplace_back(name, loss.detach());
    const torch::Tensor weighted = weight == 1 ? loss : loss * weight;
    losses.total = losses.total.defined() ? losses.total + weighted : weighted;
  };
  if (configuration.has(LossTerm::task))
    add("task", prediction_loss(predictor_->predict(full), batch.labels), 1);
  if (configuration.has(LossTerm::geo)) {
    add("geo", geometric_loss(full, partial, configuration.temperature, configuration.geo),
        configuration.alpha);
  }
  if (configuration.has(LossTerm::dis)) {
    add("dis", distance_loss(full, partial, configuration.dis), configuration.beta);
  }
  if (configuration.has(LossTerm::sem))
    add("sem", prediction_loss(predictor_->predict(partial), batch.labels), 1);
  return losses;
}

torch::Tensor MissModal::predict(const Batch& batch) {
  const DropoutStream off;
  const Encoded complete = encode(batch, off);
  Encoded missing;
  if (configuration_.evaluation.route == sweeps::Route::full) {
    for (const Modality modality : kModalities)
      missing[static_cast<unsigned>(modality)] = encode_missing(batch, modality);
  }
  std::vector<torch::Tensor> fused;
  for (const Subset subset : kSubsets) {
    if (configuration_.evaluation.route == sweeps::Route::subset) {
      fused.push_back(fusion_->fuse(complete, subset, off));
      continue;
    }
    Encoded encoded;
    for (const Modality modality : kModalities) {
      const auto index = static_cast<unsigned>(modality);
      encoded[index] = has(subset, modality) ? complete[index] : missing[index];
    }
    fused.push_back(fusion_->fuse(encoded, Subset::TAV, off));
  }
  return predictor_->predict(torch::stack(fused));
}

torch::Tensor MissModal::predict_complete(const Batch& batch) {
  const DropoutStream off;
  return predictor_->predict(fusion_->fuse(encode(batch, off), Subset::TAV, off));
}

std::vector<OptimizerPlan> MissModal::optimizers(const sweeps::TrainingConfiguration& training) const {
  return {fine_tuning_plan(*this, training, is_bert)};
}

bool MissModal::is_used(const std::string& parameter) const {
  if (!starts_with(parameter, "fusion.") || starts_with(parameter, "fusion.TAV.")) return true;
  return trains_subsets() || configuration_.evaluation.route == sweeps::Route::subset;
}

}  // namespace missmodal::trainer
