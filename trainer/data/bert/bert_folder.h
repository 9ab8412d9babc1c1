#pragma once
// A Hugging Face folder of BERT weights, config.json and model.safetensors or several files and their index,
// judged by its texts and headers alone: no weight is read. Without LibTorch.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "trainer/data/bert/bert_configuration.h"
#include "trainer/data/bert/bert_weight_files.h"

namespace missmodal::trainer {

inline constexpr const char* kVocabularyFile = "vocab.txt";  // of the weights' tokenizer

struct NamedShape {
  std::string name;
  std::vector<std::int64_t> shape;
};

// The network's parameters under Hugging Face's names with `bert.` in front.
std::vector<NamedShape> bert_parameters(const BertConfiguration& configuration);

// A folder's tensors by the parameters that they fill.
struct BertTensors {
  struct Stored {
    std::string name;  // in its file
    BertWeightFiles::Tensor tensor;
  };
  std::map<std::string, Stored> by_parameter;
  std::vector<std::string> ignored;  // the heads' tensors (cls.*, pooler.*, ...) and position_ids, sorted
};

// Names in the files stand with or without `bert.` in front; LayerNorm's old names gamma and beta are known.
// Views live as long as `files`. Throws InputError naming file and tensor, all mistakes at once but for the
// many of another model: a tensor that is missing, of another shape, without fractions, given twice under two
// names, or of a layer that config.json does not have.
BertTensors match_bert_tensors(const BertWeightFiles& files, const std::vector<NamedShape>& parameters);

// The folder's config.json as text; its weights. InputError naming the file that is missing or cannot be
// read, and what to do.
std::string read_bert_configuration(const std::filesystem::path& folder);
BertWeightFiles open_bert_weights(const std::filesystem::path& folder);

// Everything that loading would refuse. Of a folder whose weights are not asked for, config.json alone.
struct BertFolder {
  BertConfiguration configuration;
  std::vector<std::string> ignored;  // BertTensors::ignored
  std::string vocabulary_sha256;     // hex, of its tokenizer's vocab.txt; "" where there is none
};
enum class BertWeightsWanted { no, yes };
BertFolder examine_bert_folder(const std::filesystem::path& folder, BertWeightsWanted wanted);

}  // namespace missmodal::trainer
