#include "trainer/model/missmodal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "trainer/model/bert_weights.h"
#include "trainer/model/fine_tuning.h"
#include "trainer/model/losses.h"
#include "trainer/model/robust_training.h"
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

// In Output::others: the unit rows of F_M (b, d) and of the incomplete F_S (S, b, d), what L_geo looks at.
constexpr const char* kUnitFull = "unit_full";
constexpr const char* kUnitPartial = "unit_partial";

}  // namespace

MissModal::MissModal(const sweeps::Configuration& configuration, const Widths& widths,
                     std::string bert_configuration)
    : Model(configuration.evaluation),
      configuration_(configuration),
      bert_configuration_(std::move(bert_configuration)) {
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

torch::Tensor MissModal::encode(const Batch& batch, Modality modality, const DropoutStream& dropout) {
  const RaggedBatch& ragged = input(batch, modality);
  return encoder(modality).encode(ragged.rows, ragged.layout, dropout);
}

Encoded MissModal::encode(const Batch& batch, const DropoutStream& dropout) {
  Encoded encoded;
  for (const Modality modality : kModalities)
    encoded[static_cast<unsigned>(modality)] = encode(batch, modality, dropout);
  return encoded;
}

torch::Tensor MissModal::zero_representation(const Batch& batch, Modality modality) {
  return torch::zeros({batch.size(), encoder(modality).width()}, batch.labels.options());
}

torch::Tensor MissModal::encode_missing(const Batch& batch, Modality modality) {
  const RaggedBatch& ragged = input(batch, modality);
  if (zero_at(modality) == sweeps::ZeroAt::representation) return zero_representation(batch, modality);
  // Zero frames differ in their number only, so one sequence a length is enough.
  std::vector<std::int64_t> distinct = ragged.layout.lengths();
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::int64_t> place;
  for (const std::int64_t length : ragged.layout.lengths()) {
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

// The order in which the nodes of the graph are made decides in which order a feature's gradients are added,
// and so their last bits. This one adds those of F_S in the order L_sem, L_dis, L_geo, those of F_M in the
// order L_dis, L_geo, L_task.
Output MissModal::forward(const Batch& batch, const Context& context) {
  const DropoutStream dropout({context.seed, context.step, batch.first_sample}, batch.labels.device());
  Encoded encoded = encode(batch, dropout);
  for (const Modality modality : kModalities) {
    torch::Tensor& rows = encoded[static_cast<unsigned>(modality)];
    rows = robustly(rows, modality, configuration_.training.robust, batch, context);
  }
  const torch::Tensor full = fusion_->fuse(encoded, Subset::TAV, dropout);
  Output output;
  if (!trains_subsets()) {
    output.representations = full.unsqueeze(0);
    output.predictions = predictor_->predict(full).unsqueeze(0);
    return output;
  }
  std::vector<torch::Tensor> fused;
  for (const Subset subset : kSubsets) {
    if (subset != Subset::TAV) fused.push_back(fusion_->fuse(encoded, subset, dropout));
  }
  const torch::Tensor partial = torch::stack(fused);
  const bool contrasts = configuration_.loss.has(LossTerm::geo);
  if (contrasts) output.others[kUnitPartial] = unit_rows(partial);
  const torch::Tensor compared = partial.view_as(partial);
  output.predictions = predictor_->predict(full).unsqueeze(0);
  if (configuration_.loss.has(LossTerm::sem))
    output.predictions = torch::cat({output.predictions, predictor_->predict(partial)});
  if (contrasts) output.others[kUnitFull] = unit_rows(full);
  output.representations = torch::cat({full.unsqueeze(0), compared});
  return output;
}

Losses MissModal::loss(const Output& output, const Batch& batch, const Context& context) {
  const sweeps::LossConfiguration& configuration = configuration_.loss;
  const auto split = [](const torch::Tensor& rows) { return rows.split_with_sizes({1, rows.size(0) - 1}); };
  Losses losses;
  torch::Tensor counted;  // of the total
  const auto add = [&](const char* name, const torch::Tensor& loss, double weight, bool counts) {
    const torch::Tensor weighted = weight == 1 ? loss : loss * weight;
    losses.total = losses.total.defined() ? losses.total + weighted : weighted;
    const torch::Tensor share = counts ? loss.detach() : torch::zeros_like(loss);
    const torch::Tensor part = counts ? weighted.detach() : share;
    counted = counted.defined() ? counted + part : part;
    losses.shares.emplace_back(name, share);
  };
  const auto predictions =
      configuration.has(LossTerm::sem) ? split(output.predictions) : std::vector{output.predictions};
  if (configuration.has(LossTerm::task))
    add("task", prediction_loss(predictions[0].squeeze(0), batch.labels, batch.global_size), 1, true);
  if (configuration.has(LossTerm::geo)) {
    const torch::Tensor full = context.group.gather(output.others.at(kUnitFull), 0, batch.shares);
    const torch::Tensor others = context.group.gather(output.others.at(kUnitPartial), 1, batch.shares);
    add("geo", geometric_loss(full, others, configuration.temperature, configuration.geo),
        configuration.alpha, context.group.rank() == 0);
  }
  if (configuration.has(LossTerm::dis)) {
    const auto representations = split(output.representations);
    add("dis",
        distance_loss(representations[0].squeeze(0), representations[1], batch.global_size,
                      configuration.dis),
        configuration.beta, true);
  }
  if (configuration.has(LossTerm::sem))
    add("sem", prediction_loss(predictions[1], batch.labels, batch.global_size), 1, true);
  losses.shares.emplace(losses.shares.begin(), "total", counted);
  return losses;
}

torch::Tensor MissModal::predict(const Batch& batch) {
  return predictor_->predict(represent(batch));
}

torch::Tensor MissModal::represent(const Batch& batch) {
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
  return torch::stack(fused);
}

torch::Tensor MissModal::predict_with(const Batch& batch, const ByModality& zeroed) {
  const DropoutStream off;
  Encoded encoded;
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    encoded[index] = zeroed[index] ? zero_representation(batch, modality) : encode(batch, modality, off);
  }
  return predictor_->predict(fusion_->fuse(encoded, Subset::TAV, off));
}

std::vector<OptimizerPlan> MissModal::optimizers(const sweeps::TrainingConfiguration& training) const {
  return {fine_tuning_plan(*this, training, is_bert)};
}

bool MissModal::is_used(const std::string& parameter) const {
  if (!starts_with(parameter, "fusion.") || starts_with(parameter, "fusion.TAV.")) return true;
  return trains_subsets() || configuration_.evaluation.route == sweeps::Route::subset;
}

}  // namespace missmodal::trainer
