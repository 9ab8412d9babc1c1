#include "trainer/prediction.h"

#include <algorithm>
#include <numeric>

#include "trainer/precision.h"

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

using Order = std::span<const std::size_t>;

// The batches of a pass, one after the other in `order`; the k-th is member k mod size's.
class Batches {
 public:
  Batches(Order order, const PassOptions& options)
      : order_(order),
        batch_size_(static_cast<std::size_t>(options.batch_size)),
        members_(options.group.size()) {}
  std::vector<Order> of(int member) const {
    std::vector<Order> own;
    std::size_t number = 0;
    for (std::size_t first = 0; first < order_.size(); first += batch_size_, ++number) {
      if (number % static_cast<std::size_t>(members_) != static_cast<std::size_t>(member)) continue;
      own.push_back(order_.subspan(first, std::min(batch_size_, order_.size() - first)));
    }
    return own;
  }

 private:
  Order order_;
  std::size_t batch_size_;
  int members_;
};

// What one member found, as it travels: whether it was interrupted, then its predictions batch by batch.
std::size_t size_of(const std::vector<Order>& batches, std::size_t rows) {
  std::size_t utterances = 0;
  for (const Order& batch : batches) utterances += batch.size();
  return 1 + rows * utterances;
}

// `predict` gives (rows, b) for a batch; the result is (rows, N) in the split's order.
std::optional<std::vector<float>> predict_rows(Model& model, const Split& split, const Collator& collator,
                                               const PassOptions& options, std::size_t rows,
                                               const std::function<torch::Tensor(const Batch&)>& predict) {
  const torch::NoGradGuard no_grad;
  model.eval();
  const Group& group = options.group;
  const std::vector<std::size_t> order = by_length(split);
  const Batches batches(order, options);
  const std::vector<Order> own = batches.of(group.rank());
  std::vector<float> found{0};
  found.reserve(size_of(own, rows));
  for (const Order& indices : own) {
    if (options.interrupted()) {
      found[0] = 1;
      break;
    }
    const Batch batch = collator.collate(split, indices);
    const Autocast autocast(options.precision, batch.labels.device());
    const torch::Tensor predictions = predict(batch).to(torch::kCPU, torch::kFloat32).contiguous();
    const float* from = predictions.data_ptr<float>();
    found.insert(found.end(), from, from + predictions.numel());
  }
  found.resize(size_of(own, rows));

  std::vector<std::size_t> counts;
  for (int member = 0; member < group.size(); ++member) counts.push_back(size_of(batches.of(member), rows));
  const std::vector<float> all = group.gather(std::move(found), counts);

  std::vector<float> values(rows * split.size());
  auto from = all.begin();
  for (int member = 0; member < group.size(); ++member) {
    if (*from++ != 0) return std::nullopt;
    for (const Order& indices : batches.of(member)) {
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t i : indices) values[row * split.size() + i] = *from++;
      }
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
