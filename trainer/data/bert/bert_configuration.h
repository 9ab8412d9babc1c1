#pragma once
// The sizes of a BERT (Devlin et al. 2019), from a Hugging Face config.json.

#include <cstdint>
#include <string>

namespace missmodal::trainer {

enum class BertActivation { gelu, relu };

struct BertConfiguration {
  std::int64_t vocab_size = 30522;
  std::int64_t hidden_size = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t intermediate_size = 3072;
  std::int64_t max_positions = 512;
  std::int64_t segments = 2;
  BertActivation activation = BertActivation::gelu;
  double norm_epsilon = 1e-12;
  double hidden_dropout = 0.1;
  double attention_dropout = 0.1;
  double initializer_range = 0.02;
};

// `json` is the text of a config.json found at `place`. Throws InputError naming place and key: another
// architecture, a size that is missing or out of range, an activation or position embedding that is not
// built.
BertConfiguration parse_bert_configuration(const std::string& json, const std::string& place);

}  // namespace missmodal::trainer
