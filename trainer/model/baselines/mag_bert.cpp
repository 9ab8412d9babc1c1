#include "trainer/model/baselines/mag_bert.h"

#include "trainer/model/baselines/aligned_rows.h"
#include "trainer/model/baselines/rates.h"
#include "trainer/model/losses.h"

namespace missmodal::trainer {
namespace {

constexpr DropoutLayer kMagHeadDropout{3, 33, 0};

}  // namespace

MagHead::MagHead(std::int64_t width, double dropout)
    : pooler_(declare_linear("pooler", width, width)),
      classifier_(declare_linear("classifier", width, 1)),
      dropout_(dropout) {}

torch::Tensor MagHead::forward(const torch::Tensor& x, const DropoutStream& stream) const {
  return affine(stream.apply(affine(x, pooler_).tanh(), kMagHeadDropout, dropout_), classifier_).squeeze(1);
}

MagBert::MagBert(const sweeps::Configuration& configuration, const Widths& widths,
                 const std::string& bert_configuration)
    : TextBaseline(configuration, widths, bert_configuration) {
  const sweeps::ModelConfiguration& model = configuration.model;
  gate_ = register_module("gate", std::make_shared<MagGate>(MagSizes{
                                      .text = text_.reads_word_pieces() ? text_.width() : widths.text,
                                      .audio = widths.audio,
                                      .vision = widths.vision,
                                      .beta = model.of<double>("beta"),
                                      .dropout = model.of<double>("gate_dropout")}));
  head_ = register_module("head", std::make_shared<MagHead>(text_.width(), model.of<double>("head_dropout")));
}

torch::Tensor MagBert::regress(const Batch& batch, const ByModality& zeroed, const DropoutStream& dropout) {
  const auto kept = [&](const torch::Tensor& rows, Modality modality) {
    return zeroed[static_cast<unsigned>(modality)] ? torch::zeros_like(rows) : rows;
  };
  const RaggedBatch& text = text_.input(batch);
  const auto frames = [&](Modality modality) {
    return kept(rows_under(text.layout, batch.of(modality)), modality);
  };
  const auto gated = [&](const torch::Tensor& embedded) {
    return gate_->forward(kept(embedded, Modality::text), frames(Modality::audio), frames(Modality::vision),
                          text.layout, dropout);
  };
  return head_->forward(text_.encode(batch, gated, dropout), dropout);
}

Output MagBert::forward(const Batch& batch, const Context& context) {
  Output output;
  output.predictions = regress(batch, {}, dropout_of(batch, context)).unsqueeze(0);
  return output;
}

Losses MagBert::loss(const Output& output, const Batch& batch, const Context& /*context*/) {
  Losses losses;
  losses.total = prediction_loss(output.predictions[0], batch.labels, batch.global_size);
  losses.shares = {{"total", losses.total.detach()}, {"task", losses.total.detach()}};
  return losses;
}

torch::Tensor MagBert::predict_with(const Batch& batch, const ByModality& zeroed) {
  return regress(batch, zeroed, DropoutStream());
}

std::vector<OptimizerPlan> MagBert::optimizers(const sweeps::TrainingConfiguration& training) const {
  OptimizerPlan plan =
      adam_by_rate(*this, training.epsilon, [&](const std::string& name, const torch::Tensor&) {
        return Rate{is_bert_parameter(name) ? training.text_learning_rate : training.learning_rate,
                    training.weight_decay};
      });
  if (training.clip_norm > 0) plan.clip = {Clip::By::norm, training.clip_norm};
  return {plan};
}

}  // namespace missmodal::trainer
