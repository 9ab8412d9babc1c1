#pragma once
// Pretrained BERT weights from a Hugging Face folder: config.json and model.safetensors.

#include <filesystem>
#include <string>
#include <vector>

#include "trainer/model/bert.h"

namespace missmodal::trainer {

// The folder's config.json as text. InputError naming the file if it cannot be read.
std::string read_bert_configuration(const std::filesystem::path& folder);

// What became of the file's tensors.
struct BertWeightsReport {
  std::vector<std::string> ignored;  // the heads' tensors (cls.*, pooler.*, ...) and position_ids, sorted
};

// Copies model.safetensors into the encoder. Names with or without `bert.` in front; LayerNorm's old names
// gamma and beta; float32, float16, bfloat16 and float64. InputError naming file and tensor, all mistakes at
// once: a tensor that is missing, of another shape, given twice under two names, or belongs to a layer that
// config.json does not have.
BertWeightsReport load_bert_weights(BertEncoder& encoder, const std::filesystem::path& folder);

}  // namespace missmodal::trainer
