#pragma once
// BERT (Devlin et al. 2019) without pooler; as an encoder read at [CLS]; parameters under Hugging Face's
// names. Segments are all 0.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "trainer/data/bert/bert_configuration.h"
#include "trainer/model/modality_encoder.h"
#include "trainer/model/transformer_layer.h"

namespace missmodal::trainer {

// Takes token ids. InputError for a sequence longer than max_positions or an id outside the vocabulary.
class BertEncoder : public ModalityEncoder {
 public:
  explicit BertEncoder(const BertConfiguration& configuration);

  std::int64_t width() const override { return configuration_.hidden_size; }

  // (layout.count(wanted), width()): the last layer's rows. `gate`, where there is one, stands between the
  // embeddings (layout.rows(), width()) and the first layer. Precondition: the batch is not empty.
  using Gate = std::function<torch::Tensor(const torch::Tensor& embedded)>;
  torch::Tensor read(const torch::Tensor& ids, const RaggedLayout& layout, Rows wanted,
                     const DropoutStream& dropout, const Gate& gate = nullptr) const;

 private:
  torch::Tensor encode_some(const torch::Tensor& rows, const RaggedLayout& layout,
                            const DropoutStream& dropout) override {
    return read(rows, layout, Rows::first, dropout);
  }
  LinearParameters declare_projection(const std::string& path, std::int64_t in, std::int64_t out);
  TransformerParameters declare_layer(const std::string& path);
  torch::Tensor embed(const torch::Tensor& ids, const RaggedLayout& layout,
                      const DropoutStream& dropout) const;

  BertConfiguration configuration_;
  torch::Tensor words_;
  torch::Tensor positions_;
  torch::Tensor segments_;
  LinearParameters embedding_norm_;
  TransformerOptions options_;
  std::vector<TransformerParameters> layers_;
};

}  // namespace missmodal::trainer
