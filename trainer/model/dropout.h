#pragma once
// Dropout (Srivastava et al. 2014) multiplies each number with a factor, 0 or 1 / (1 - p). Here the factors
// are a pure function of (seed, step, layer, place of the sample in the global batch, row within the sample,
// column): not of the rank, of padding, or of what else is in the batch. docs/model.md gives the recipe. On a
// GPU the library's fused dropout is used instead, seeded from (seed, step): there the factors do depend on
// the batch's composition. ("Mask" is the word for who is missing a modality: sweeps/evaluation/masks.h.)

#include <cstdint>
#include <span>

#include "trainer/model/philox.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Where in a training we are: with the layer's number and an element's place this determines every dropout
// factor, whatever rank computes it.
struct TrainingStep {
  std::uint64_t seed = 0;
  std::int64_t step = 0;          // optimiser step, from 0
  std::int64_t first_sample = 0;  // place of the batch's first sample in the global batch
};

// A dropout layer of the model: whose (0 text, 1 audio, 2 vision, 3 fusion), in which of its layers, where in
// that.
struct DropoutLayer {
  std::uint32_t owner = 0;
  std::uint32_t layer = 0;
  std::uint32_t place = 0;
  constexpr std::uint32_t number() const { return owner << 24 | layer << 8 | place; }
};

// The factors of some rows, or none where dropout is off. Not a bare tensor: autograd functions take no
// undefined one.
struct DropoutFactors {
  torch::Tensor values;  // float32
  const float* data() const { return values.defined() ? values.data_ptr<float>() : nullptr; }
};

class DropoutStream {
 public:
  // Evaluation: every dropout hands back its input.
  DropoutStream() = default;
  DropoutStream(const TrainingStep& step, torch::Device device);

  // Dropout of ragged rows: x is (layout.count(rows), columns), the `rows` of each sequence.
  torch::Tensor apply(const torch::Tensor& x, const RaggedLayout& layout, Rows rows, DropoutLayer layer,
                      double probability) const;
  // One row a sample: x is (batch, columns).
  torch::Tensor apply(const torch::Tensor& x, DropoutLayer layer, double probability) const;
  // Attention probabilities (batch, heads, queries, keys), the queries being the `rows` of each sequence.
  torch::Tensor apply_attention(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                DropoutLayer layer, double probability) const;

  // For code that fuses dropout with something else, on the CPU: the factors of ragged rows,
  // (layout.count(rows), columns).
  DropoutFactors factors(const RaggedLayout& layout, Rows rows, std::int64_t columns, DropoutLayer layer,
                         double probability) const;

  bool active(double probability) const { return active_ && probability > 0; }

  // One row's factors: 0 or 1 / (1 - p) a column, p being rounded to a multiple of 2^-16. `sample` is the
  // place in this batch. CPU only.
  void row_factors(DropoutLayer layer, double probability, std::int64_t sample, std::int64_t row,
                   std::span<float> columns) const;

  // 1 / (1 - p), p being rounded to a multiple of 2^-16.
  static float scale(double probability);

  // Row number of attention probabilities; their columns are the keys.
  static constexpr std::int64_t attention_row(std::int64_t head, std::int64_t query) {
    return head << 20 | query;
  }

 private:
  torch::Tensor fused(const torch::Tensor& x, double probability) const;

  bool active_ = false;
  PhiloxKey key_{};
  std::int64_t first_sample_ = 0;
  at::Generator generator_;  // on a GPU only
};

}  // namespace missmodal::trainer
