#pragma once
// BERT (Devlin et al. 2019) without pooler, read at [CLS]; sizes from a Hugging Face config.json, parameters
// under Hugging Face's names. Segments are all 0.

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/model/modality_encoder.h"
#include "trainer/model/transformer_layer.h"

namespace missmodal::trainer {

struct BertConfiguration {
  std::int64_t vocab_size = 30522;
  std::int64_t hidden_size = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t intermediate_size = 3072;
  std::int64_t max_positions = 512;
  std::int64_t segments = 2;
  Activation activation = Activation::gelu;
  double norm_epsilon = 1e-12;
  double hidden_dropout = 0.1;
  double attention_dropout = 0.1;
  double initializer_range = 0.02;
};

// `json` is the text of a config.json found at `place`. Throws InputError naming place and key: a size that
// is missing or out of range, an activation or position embedding that is not built.
BertConfiguration parse_bert_configuration(const std::string& json, const std::string& place);

class BertEncoder : public ModalityEncoder {
 public:
  explicit BertEncoder(const BertConfiguration& configuration);

  // rows: (layout.rows()) int64. InputError for a sequence longer than max_positions or an id outside the
  // vocabulary.
  torch::Tensor encode(const torch::Tensor& rows, const RaggedLayout& layout,
                       const DropoutStream& dropout) override;
  std::int64_t width() const override { return configuration_.hidden_size; }

 private:
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
