#pragma once
// A model small enough to build in every test, and batches for it.

#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer::testing {

inline constexpr const char* kTinyBert =
    R"({"vocab_size": 11, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16,
        "max_position_embeddings": 9, "type_vocab_size": 2, "hidden_act": "gelu"})";

inline const Widths kTinyWidths{7, 3, 5};

// hidden 4, 2 layers, 2 heads, fusion width 6; dropout as given.
inline sweeps::Configuration tiny_configuration(sweeps::TextEncoder text_encoder, double dropout = 0) {
  sweeps::Configuration configuration;
  configuration.model.text_encoder = text_encoder;
  configuration.model.text_init = sweeps::TextInit::random;
  configuration.model.hidden = 4;
  configuration.model.layers = 2;
  configuration.model.heads = 2;
  configuration.model.fusion_width = 6;
  configuration.model.dropout = dropout;
  configuration.model.fusion_dropout = dropout;
  return configuration;
}

using Lengths = std::array<std::vector<std::int64_t>, 3>;

// forward() and loss() of a batch that is the whole one, or begins there.
inline Losses losses(Model& model, Batch batch, TrainingStep step) {
  batch.first_sample = step.first_sample;
  const Context context{step.seed, step.step, 1, Group()};
  return model.loss(model.forward(batch, context), batch, context);
}

inline Batch random_batch(const Lengths& lengths, std::uint64_t seed = 1) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  const std::array<int, 3> widths{kTinyWidths.text, kTinyWidths.audio, kTinyWidths.vision};
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) {
    std::int64_t rows = 0;
    for (const std::int64_t length : lengths[i]) rows += length;
    batch.sequences[i] = {torch::randn({rows, widths[i]}, generator), lengths[i]};
    if (i == 0) batch.tokens = {torch::randint(1, 11, {rows}, generator, torch::kInt64), lengths[0]};
  }
  batch.labels = torch::rand({static_cast<std::int64_t>(lengths[0].size())}, generator) * 6 - 3;
  batch.utterances = torch::arange(batch.size());
  batch.global_size = batch.size();
  return batch;
}

inline Batch as(torch::ScalarType type, Batch batch) {
  for (RaggedBatch& ragged : batch.sequences) ragged.rows = ragged.rows.to(type);
  batch.labels = batch.labels.to(type);
  return batch;
}

inline RaggedBatch pick(const RaggedBatch& ragged, const std::vector<std::int64_t>& samples) {
  std::vector<std::int64_t> offsets{0};
  for (const std::int64_t length : ragged.layout.lengths()) offsets.push_back(offsets.back() + length);
  std::vector<torch::Tensor> rows{ragged.rows.slice(0, 0, 0)};
  std::vector<std::int64_t> lengths;
  for (const std::int64_t sample : samples) {
    rows.push_back(ragged.rows.slice(0, offsets[sample], offsets[sample + 1]));
    lengths.push_back(ragged.layout.lengths()[sample]);
  }
  return {torch::cat(rows), lengths};
}

// The batch of these samples, in this order.
inline Batch pick(const Batch& batch, const std::vector<std::int64_t>& samples) {
  Batch picked;
  for (std::size_t i = 0; i < 3; ++i) picked.sequences[i] = pick(batch.sequences[i], samples);
  picked.tokens = pick(batch.tokens, samples);
  const torch::Tensor places = torch::tensor(samples, torch::kInt64);
  picked.labels = batch.labels.index_select(0, places);
  picked.utterances = batch.utterances.index_select(0, places);
  picked.global_size = picked.size();
  return picked;
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "missmodal-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

// float32 tensors in the order given.
inline void write_tensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
                          const std::map<std::string, std::string>& metadata = {}) {
  std::vector<SafetensorsWriter::Declaration> declarations;
  for (const auto& [name, tensor] : tensors) declarations.push_back({name, DType::F32, tensor.sizes().vec()});
  SafetensorsWriter writer(OutputFile(path), declarations, metadata);
  for (const auto& [name, tensor] : tensors) {
    const torch::Tensor values = tensor.detach().contiguous();
    writer.write(values.data_ptr<float>(), static_cast<std::size_t>(values.numel()) * sizeof(float));
  }
  writer.finish();
}

}  // namespace missmodal::trainer::testing
