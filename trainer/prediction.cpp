#include "trainer/prediction.h"

#include <algorithm>
#include <numeric>

namespace missmodal::trainer {
namespace {

// Utterances of like length share a batch: less padding, and no result depends on who shares a batch.
std::vector<std::size_t> by_length(const Split& split) {
  std::vector<std::size_t> order(split.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto length = [&split](std::size_t i) {
    std::int64_t total = 0;
    for (Modality modality : kModalities) total += split.of(modality).lengths[i];
    return total;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return length(a) < length(b); });
  return order;
}

// `predict` gives (rows, B) for a batch; the result is (rows, N) in the split's order.
std::optional<std::vector<float>> predict_rows(Model& model, const Split& split, const Collator& collator,
                                               const PassOptions& options, std::size_t rows,
                                               const std::function<torch::Tensor(const Batch&)>& predict) {
  const torch::NoGradGuard no_grad;
  model.eval();
  const std::vector<std::size_t> order = by_length(split);
  std::vector<float> values(rows * split.size());
  const auto batch_size = static_cast<std::size_t>(options.batch_size);
  for (std::size_t first = 0; first < order.size(); first += batch_size) {
    if (options.interrupted()) return std::nullopt;
    const std::size_t count = std::min(batch_size, order.size() - first);
    const std::span<const std::size_t> indices(order.data() + first, count);
    const torch::Tensor predictions =
        predict(collator.collate(split, indices)).to(torch::kCPU, torch::kFloat32).contiguous();
    const float* from = predictions.data_ptr<float>();
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i : indices) values[row * split.size() + i] = *from++;
    }
  }
  return values;
}

}  // namespace

std::optional<std::vector<float>> predict_subsets(Model& model, const Split& split, const Collator& collator,
                                                  const PassOptions& options) {
  return predict_rows(model, split, collator, options, kSubsetCount,
                      [&model](const Batch& batch) { return model.predict(batch); });
}

std::optional<std::vector<float>> predict_complete(Model& model, const Split& split, const Collator& collator,
                                                   const PassOptions& options) {
  return predict_rows(model, split, collator, options, 1,
                      [&model](const Batch& batch) { return model.predict_complete(batch); });
}

}  // namespace missmodal::trainer
