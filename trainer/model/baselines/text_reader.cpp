#include "trainer/model/baselines/text_reader.h"

#include <utility>

#include "trainer/model/baselines/frames.h"
#include "trainer/model/bert_weights.h"
#include "trainer/model/sequence_encoder.h"

namespace missmodal::trainer {

TextReader::TextReader(torch::nn::Module& model, const sweeps::Configuration& configuration,
                       const Widths& widths, std::string bert_configuration)
    : configuration_(configuration.model), bert_configuration_(std::move(bert_configuration)) {
  if (configuration_.text_encoder == sweeps::TextEncoder::bert) {
    bert_ = std::make_shared<BertEncoder>(
        parse_bert_configuration(bert_configuration_, configuration_.text_weights + "/config.json"));
    encoder_ = bert_;
  } else {
    encoder_ = std::make_shared<SequenceEncoder>(widths.text, configuration_, 0);
  }
  model.register_module("text", encoder_);
}

const RaggedBatch& TextReader::input(const Batch& batch) const {
  return bert_ ? batch.tokens : batch.of(Modality::text);
}

torch::Tensor TextReader::vector(const Batch& batch, TextVector how, const DropoutStream& dropout) const {
  const RaggedBatch& text = input(batch);
  if (!bert_ || how == TextVector::first || batch.size() == 0)
    return encoder_->encode(text.rows, text.layout, dropout);
  return mean_frame({bert_->read(text.rows, text.layout, Rows::all, dropout), text.layout});
}

torch::Tensor TextReader::encode(const Batch& batch, const BertEncoder::Gate& gate,
                                 const DropoutStream& dropout) const {
  const RaggedBatch& text = input(batch);
  if (bert_ && batch.size() > 0) return bert_->read(text.rows, text.layout, Rows::first, dropout, gate);
  return encoder_->encode(bert_ ? text.rows : gate(text.rows), text.layout, dropout);
}

void TextReader::load_weights() const {
  if (bert_ && configuration_.text_init != sweeps::TextInit::random)
    load_bert_weights(*bert_, configuration_.text_weights);
}

void TextReader::freeze() const {
  if (!bert_) return;
  for (torch::Tensor& parameter : bert_->parameters()) parameter.set_requires_grad(false);
}

bool is_bert_parameter(const std::string& parameter) {
  return parameter.starts_with("text.bert.");
}

}  // namespace missmodal::trainer
