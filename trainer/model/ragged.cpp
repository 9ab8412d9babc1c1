#include "trainer/model/ragged.h"

#include <algorithm>
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

RaggedLayout::RaggedLayout(std::vector<std::int64_t> lengths, torch::Device device)
    : lengths_(std::move(lengths)), device_(device) {
  MISSMODAL_CHECK(!lengths_.empty());
  offsets_.push_back(0);
  for (const std::int64_t length : lengths_) {
    MISSMODAL_CHECK(length >= 1);
    offsets_.push_back(offsets_.back() + length);
    longest_ = std::max(longest_, length);
  }
}

std::int64_t RaggedLayout::begin(Rows rows, std::int64_t sample) const {
  return rows == Rows::last ? lengths_[sample] - 1 : 0;
}

std::int64_t RaggedLayout::end(Rows rows, std::int64_t sample) const {
  return rows == Rows::first ? 1 : lengths_[sample];
}

torch::Tensor RaggedLayout::indices(std::vector<std::int64_t> values) const {
  return torch::tensor(values, torch::kInt64).to(device_);
}

torch::Tensor RaggedLayout::steps() const {
  std::vector<std::int64_t> values;
  values.reserve(rows());
  for (const std::int64_t length : lengths_) {
    for (std::int64_t step = 0; step < length; ++step) values.push_back(step);
  }
  return indices(std::move(values));
}

torch::Tensor RaggedLayout::padded_places() const {
  std::vector<std::int64_t> values;
  values.reserve(rows());
  for (std::int64_t sample = 0; sample < batch(); ++sample) {
    for (std::int64_t step = 0; step < lengths_[sample]; ++step) values.push_back(sample * longest_ + step);
  }
  return indices(std::move(values));
}

torch::Tensor RaggedLayout::select(const torch::Tensor& x, Rows rows) const {
  if (rows == Rows::all) return x;
  std::vector<std::int64_t> values;
  values.reserve(lengths_.size());
  for (std::int64_t sample = 0; sample < batch(); ++sample) {
    values.push_back(offsets_[sample] + begin(rows, sample));
  }
  return GatherRows::apply(x, indices(std::move(values)));
}

torch::Tensor RaggedLayout::pad(const torch::Tensor& x) const {
  return ScatterRows::apply(x, padded_places(), batch() * longest_).view({batch(), longest_, x.size(1)});
}

torch::Tensor RaggedLayout::unpad(const torch::Tensor& x) const {
  return GatherRows::apply(x.reshape({batch() * longest_, x.size(2)}), padded_places());
}

torch::Tensor RaggedLayout::padding() const {
  const torch::Tensor steps = torch::arange(longest_, torch::kInt64);
  const torch::Tensor lengths = torch::tensor(lengths_, torch::kInt64);
  return steps.unsqueeze(0).ge(lengths.unsqueeze(1)).to(device_);
}

}  // namespace missmodal::trainer
