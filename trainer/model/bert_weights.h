#pragma once
// Pretrained BERT weights from a Hugging Face folder: config.json and model.safetensors, or its shards.

#include <filesystem>
#include <string>
#include <vector>

#include "trainer/model/bert.h"

namespace missmodal::trainer {

// What became of the file's tensors.
struct BertWeightsReport {
  std::vector<std::string> ignored;  // the heads' tensors (cls.*, pooler.*, ...) and position_ids, sorted
};

// Copies the weights into the encoder; float32, float16, bfloat16 and float64. Throws InputError as
// open_bert_weights() and match_bert_tensors() do.
BertWeightsReport load_bert_weights(BertEncoder& encoder, const std::filesystem::path& folder);

}  // namespace missmodal::trainer
