#pragma once
// How a baseline that was published with BERT reads texts: BERT, or word vectors through MissModal's sequence
// encoder.

#include <cstdint>
#include <memory>
#include <string>

#include "sweeps/configuration.h"
#include "trainer/model/bert.h"
#include "trainer/model/modality_encoder.h"
#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// What BERT's states become one vector by. The sequence encoder's is its own in either case.
enum class TextVector { first, mean };

class TextReader {
 public:
  // `bert_configuration`: the text of config.json; unused with the sequence encoder. Registers its encoder as
  // `text` in `model`. Throws InputError as MissModal does.
  TextReader(torch::nn::Module& model, const sweeps::Configuration& configuration, const Widths& widths,
             std::string bert_configuration);

  std::int64_t width() const { return encoder_->width(); }
  // (b, width())
  torch::Tensor vector(const Batch& batch, TextVector how, const DropoutStream& dropout) const;
  // The same of what `gate` makes of the embeddings, BERT's or the word vectors themselves; read at [CLS].
  torch::Tensor encode(const Batch& batch, const BertEncoder::Gate& gate, const DropoutStream& dropout) const;
  bool reads_word_pieces() const { return bert_ != nullptr; }
  const RaggedBatch& input(const Batch& batch) const;

  // From the weights folder, where the configuration asks for it.
  void load_weights() const;
  // It requires no gradient then.
  void freeze() const;
  const std::string& bert_configuration() const { return bert_configuration_; }

 private:
  sweeps::ModelConfiguration configuration_;
  std::string bert_configuration_;
  std::shared_ptr<ModalityEncoder> encoder_;
  std::shared_ptr<BertEncoder> bert_;
};

// Whether the parameter, by its name in a model, is a text reader's BERT's.
bool is_bert_parameter(const std::string& parameter);

}  // namespace missmodal::trainer
