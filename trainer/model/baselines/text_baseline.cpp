#include "trainer/model/baselines/text_baseline.h"

#include "sweeps/error.h"
#include "trainer/model/parameter_module.h"
#include "trainer/model/robust_training.h"

namespace missmodal::trainer {

TextBaseline::TextBaseline(const sweeps::Configuration& configuration, const Widths& widths,
                           const std::string& bert_configuration)
    : Model(configuration.evaluation),
      configuration_(configuration),
      text_(*this, configuration, widths, bert_configuration) {
  if (text_.reads_word_pieces() && configuration.evaluation.zero_text == sweeps::ZeroAt::input) {
    throw InputError("evaluation.zero_at.text",
                     "must be representation with the encoder bert, whose input is token ids");
  }
}

void TextBaseline::initialize() {
  const auto seed = static_cast<std::uint64_t>(configuration_.seed);
  initialize_parts(*this, seed);
  initialize_further(seed);
  text_.load_weights();
  if (configuration_.training.text_learning_rate == 0) text_.freeze();
}

DropoutStream TextBaseline::dropout_of(const Batch& batch, const Context& context) const {
  return {{context.seed, context.step, batch.first_sample}, batch.labels.device()};
}

torch::Tensor VectorBaseline::encode(const Batch& batch, Modality modality, const DropoutStream& dropout) {
  return modality == Modality::text ? text_.vector(batch, text_vector_, dropout)
                                    : encode_frames(modality, batch.of(modality), dropout);
}

VectorBaseline::Vectors VectorBaseline::encode(const Batch& batch, const DropoutStream& dropout) {
  Vectors vectors;
  for (const Modality modality : kModalities)
    vectors[static_cast<unsigned>(modality)] = encode(batch, modality, dropout);
  return vectors;
}

VectorBaseline::Vectors VectorBaseline::encode(const Batch& batch, const Context& context) {
  Vectors vectors = encode(batch, dropout_of(batch, context));
  for (const Modality modality : kModalities) {
    torch::Tensor& vector = vectors[static_cast<unsigned>(modality)];
    vector = robustly(vector, modality, configuration_.training.robust, batch, context);
  }
  return vectors;
}

torch::Tensor VectorBaseline::encode_missing(const Batch& batch, Modality modality,
                                             const torch::Tensor& complete) {
  if (zero_at(modality) == sweeps::ZeroAt::representation) return torch::zeros_like(complete);
  Batch zeros = batch;
  torch::Tensor& rows = zeros.sequences[static_cast<unsigned>(modality)].rows;
  rows = torch::zeros_like(rows);
  return encode(zeros, modality, DropoutStream());
}

torch::Tensor VectorBaseline::predict(const Batch& batch) {
  const Vectors complete = encode(batch, DropoutStream());
  Vectors missing;
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    missing[index] = encode_missing(batch, modality, complete[index]);
  }
  std::vector<torch::Tensor> rows;
  for (const Subset subset : kSubsets) {
    Vectors vectors;
    for (const Modality modality : kModalities) {
      const auto index = static_cast<unsigned>(modality);
      vectors[index] = has(subset, modality) ? complete[index] : missing[index];
    }
    rows.push_back(regress(vectors));
  }
  return torch::stack(rows);
}

torch::Tensor VectorBaseline::predict_with(const Batch& batch, const ByModality& zeroed) {
  Vectors vectors = encode(batch, DropoutStream());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (zeroed[i]) vectors[i] = torch::zeros_like(vectors[i]);
  }
  return regress(vectors);
}

}  // namespace missmodal::trainer
