#include "trainer/model/ragged.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::trainer {

namespace {

// Moves rows to other places, each at most once; so the way back is a plain selection, unlike index_select's
// own backward, which has to add.
struct ScatterRows : torch::autograd::Function<ScatterRows> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& places, std::int64_t rows) {
    context->save_for_backward({places});
    return torch::zeros({rows, x.size(1)}, x.options()).index_copy_(0, places, x);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {gradients[0].index_select(0, context->get_saved_variables()[0]), {}, {}};
  }
};

struct GatherRows : torch::autograd::Function<GatherRows> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& places) {
    context->save_for_backward({places});
    context->saved_data["rows"] = x.size(0);
    return x.index_select(0, places);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const std::int64_t rows = context->saved_data["rows"].toInt();
    const torch::Tensor places = context->get_saved_variables()[0];
    return {torch::zeros({rows, gradients[0].size(1)}, gradients[0].options())
                .index_copy_(0, places, gradients[0].contiguous()),
            {}};
  }
};

}  // namespace

RaggedLayout::RaggedLayout(std::vector<std::int64_t> lengths, torch::Device device) {
  IndexPack pack;
  places_ = places(std::move(lengths), pack);
  pack.send(device);
}

RaggedLayout::RaggedLayout(std::vector<std::int64_t> lengths, IndexPack& pack)
    : places_(places(std::move(lengths), pack)) {}

std::shared_ptr<RaggedLayout::Places> RaggedLayout::places(std::vector<std::int64_t> lengths,
                                                           IndexPack& pack) {
  auto places = std::make_shared<Places>();
  places->offsets.push_back(0);
  for (const std::int64_t length : lengths) {
    MISSMODAL_CHECK(length >= 1);
    places->offsets.push_back(places->offsets.back() + length);
    places->longest = std::max(places->longest, length);
  }
  const auto batch = static_cast<std::int64_t>(lengths.size());
  std::vector<std::int64_t> steps, first, last, padded;
  std::vector<std::int64_t> padding(static_cast<std::size_t>(batch * places->longest), 1);
  steps.reserve(static_cast<std::size_t>(places->offsets.back()));
  padded.reserve(steps.capacity());
  for (std::int64_t sample = 0; sample < batch; ++sample) {
    first.push_back(places->offsets[sample]);
    last.push_back(places->offsets[sample + 1] - 1);
    for (std::int64_t step = 0; step < lengths[sample]; ++step) {
      steps.push_back(step);
      padded.push_back(sample * places->longest + step);
      padding[static_cast<std::size_t>(padded.back())] = 0;
    }
  }
  places->lengths = std::move(lengths);
  pack.add(steps, places->steps);
  pack.add(first, places->first);
  pack.add(last, places->last);
  pack.add(padded, places->padded);
  pack.add(padding, {batch, places->longest}, places->padding, IndexPack::Content::flags);
  add_time_major(*places, Direction::forward, places->forward, pack);
  add_time_major(*places, Direction::backward, places->backward, pack);
  return places;
}

void RaggedLayout::add_time_major(const Places& places, Direction direction, TimeMajor& to, IndexPack& pack) {
  const std::vector<std::int64_t>& lengths = places.lengths;
  std::vector<std::size_t> by_length(lengths.size());
  std::iota(by_length.begin(), by_length.end(), std::size_t{0});
  std::stable_sort(by_length.begin(), by_length.end(),
                   [&](auto a, auto b) { return lengths[a] > lengths[b]; });

  std::vector<std::int64_t> order;
  std::vector<std::int64_t> inverse(static_cast<std::size_t>(places.offsets.back()));
  order.reserve(inverse.size());
  to.begin.push_back(0);
  for (std::int64_t step = 0; step < places.longest; ++step) {
    for (const std::size_t sample : by_length) {
      if (lengths[sample] <= step) break;
      const std::int64_t within = direction == Direction::forward ? step : lengths[sample] - 1 - step;
      const std::int64_t row = places.offsets[sample] + within;
      inverse[static_cast<std::size_t>(row)] = static_cast<std::int64_t>(order.size());
      order.push_back(row);
    }
    to.begin.push_back(static_cast<std::int64_t>(order.size()));
  }
  pack.add(order, to.order);
  pack.add(inverse, to.inverse);
}

std::int64_t RaggedLayout::begin(Rows rows, std::int64_t sample) const {
  return rows == Rows::last ? lengths()[sample] - 1 : 0;
}

std::int64_t RaggedLayout::end(Rows rows, std::int64_t sample) const {
  return rows == Rows::first ? 1 : lengths()[sample];
}

torch::Tensor RaggedLayout::select(const torch::Tensor& x, Rows rows) const {
  if (rows == Rows::all) return x;
  return GatherRows::apply(x, rows == Rows::first ? places_->first : places_->last);
}

torch::Tensor RaggedLayout::pad(const torch::Tensor& x) const {
  return ScatterRows::apply(x, places_->padded, batch() * longest()).view({batch(), longest(), x.size(1)});
}

torch::Tensor RaggedLayout::unpad(const torch::Tensor& x) const {
  return GatherRows::apply(x.reshape({batch() * longest(), x.size(2)}), places_->padded);
}

}  // namespace missmodal::trainer
