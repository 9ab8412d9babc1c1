#include "trainer/prediction.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "trainer/precision.h"

namespace missmodal::trainer {
namespace {

// Utterances of like length share a batch: less padding, and no result depends on who shares a batch.
std::vector<std::size_t> by_length(const Split& split, std::vector<std::size_t> utterances) {
  const auto length = [&split](std::size_t i) {
    std::int64_t total = 0;
    for (Modality modality : kModalities) total += split.of(modality).lengths[i];
    return total;
  };
  std::stable_sort(utterances.begin(), utterances.end(),
                   [&](std::size_t a, std::size_t b) { return length(a) < length(b); });
  return utterances;
}

std::vector<std::size_t> all_of(const Split& split) {
  std::vector<std::size_t> utterances(split.size());
  std::iota(utterances.begin(), utterances.end(), std::size_t{0});
  return utterances;
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

// What is computed of every utterance.
struct Numbers {
  std::size_t rows = 1;
  std::size_t width = 1;                          // of a row
  std::function<torch::Tensor(const Batch&)> of;  // (rows, b) or (rows, b, width)
};

// What one member found, as it travels: whether it was interrupted, then its numbers batch by batch.
std::size_t size_of(const std::vector<Order>& batches, const Numbers& numbers) {
  std::size_t utterances = 0;
  for (const Order& batch : batches) utterances += batch.size();
  return 1 + numbers.rows * utterances * numbers.width;
}

// (rows, n, width), n being the `utterances` in their order.
std::optional<std::vector<float>> pass_over(Model& model, const Split& split,
                                            std::vector<std::size_t> utterances, const Collator& collator,
                                            const PassOptions& options, const Numbers& numbers) {
  const torch::NoGradGuard no_grad;
  model.eval();
  const Group& group = options.group;
  std::vector<std::size_t> places(split.size());  // in the result
  for (std::size_t place = 0; place < utterances.size(); ++place) places[utterances[place]] = place;
  const std::size_t count = utterances.size();
  const std::vector<std::size_t> order = by_length(split, std::move(utterances));
  const Batches batches(order, options);
  const std::vector<Order> own = batches.of(group.rank());
  std::vector<float> found{0};
  found.reserve(size_of(own, numbers));
  for (const Order& indices : own) {
    if (options.interrupted()) {
      found[0] = 1;
      break;
    }
    const Batch batch = collator.collate(split, indices);
    const Autocast autocast(options.precision, batch.labels.device());
    const torch::Tensor computed = numbers.of(batch).to(torch::kCPU, torch::kFloat32).contiguous();
    const float* from = computed.data_ptr<float>();
    found.insert(found.end(), from, from + computed.numel());
  }
  found.resize(size_of(own, numbers));

  std::vector<std::size_t> counts;
  for (int member = 0; member < group.size(); ++member)
    counts.push_back(size_of(batches.of(member), numbers));
  const std::vector<float> all = group.gather(std::move(found), counts);

  std::vector<float> values(numbers.rows * count * numbers.width);
  auto from = all.begin();
  for (int member = 0; member < group.size(); ++member) {
    if (*from++ != 0) return std::nullopt;
    for (const Order& indices : batches.of(member)) {
      for (std::size_t row = 0; row < numbers.rows; ++row) {
        for (const std::size_t i : indices) {
          const auto to = static_cast<std::ptrdiff_t>((row * count + places[i]) * numbers.width);
          std::copy_n(from, numbers.width, values.begin() + to);
          from += static_cast<std::ptrdiff_t>(numbers.width);
        }
      }
    }
  }
  return values;
}

}  // namespace

std::optional<std::vector<float>> predict_subsets(Model& model, const Split& split, const Collator& collator,
                                                  const PassOptions& options) {
  return pass_over(model, split, all_of(split), collator, options,
                   {kSubsetCount, 1, [&model](const Batch& batch) { return model.predict(batch); }});
}

std::optional<std::vector<float>> predict_complete(Model& model, const Split& split, const Collator& collator,
                                                   const PassOptions& options) {
  return pass_over(model, split, all_of(split), collator, options,
                   {1, 1, [&model](const Batch& batch) { return model.predict_complete(batch); }});
}

std::optional<std::vector<float>> represent_subsets(Model& model, const Split& split,
                                                    std::span<const std::size_t> utterances,
                                                    const Collator& collator, const PassOptions& options) {
  const auto width = static_cast<std::size_t>(model.representation_width());
  return pass_over(model, split, {utterances.begin(), utterances.end()}, collator, options,
                   {kSubsetCount, width, [&model](const Batch& batch) { return model.represent(batch); }});
}

}  // namespace missmodal::trainer
