#include "trainer/model/bilstm.h"

#include <algorithm>
#include <numeric>

namespace missmodal::trainer {

namespace {

// Every row exactly once, so the gradient's way back is the inverse order and needs no addition.
struct ReorderRows : torch::autograd::Function<ReorderRows> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& order, const torch::Tensor& inverse) {
    context->save_for_backward({inverse});
    return x.index_select(0, order);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {gradients[0].index_select(0, context->get_saved_variables()[0]), {}, {}};
  }
};

}  // namespace

torch::Tensor bilstm(const torch::Tensor& x, const RaggedLayout& layout,
                     const std::vector<torch::Tensor>& parameters) {
  return bilstm_packed(x, layout, parameters);
}

torch::Tensor bilstm_packed(const torch::Tensor& x, const RaggedLayout& layout,
                            const std::vector<torch::Tensor>& parameters) {
  const std::vector<std::int64_t>& lengths = layout.lengths();
  std::vector<std::int64_t> by_length(lengths.size());
  std::iota(by_length.begin(), by_length.end(), 0);
  std::stable_sort(by_length.begin(), by_length.end(),
                   [&](auto a, auto b) { return lengths[a] > lengths[b]; });

  std::vector<std::int64_t> order;  // packed row -> ragged row
  std::vector<std::int64_t> inverse(layout.rows());
  std::vector<std::int64_t> batch_sizes;
  for (std::int64_t step = 0; step < layout.longest(); ++step) {
    const std::size_t before = order.size();
    for (const std::int64_t sample : by_length) {
      if (lengths[sample] <= step) break;
      const std::int64_t row = layout.offsets()[sample] + step;
      inverse[row] = static_cast<std::int64_t>(order.size());
      order.push_back(row);
    }
    batch_sizes.push_back(static_cast<std::int64_t>(order.size() - before));
  }
  const torch::Tensor to_packed = torch::tensor(order, torch::kInt64).to(x.device());
  const torch::Tensor to_ragged = torch::tensor(inverse, torch::kInt64).to(x.device());
  const std::int64_t hidden = parameters[1].size(1);
  const torch::Tensor zeros = torch::zeros({2, layout.batch(), hidden}, x.options());
  const bool training = torch::GradMode::is_enabled();  // cuDNN keeps what the backward pass needs only then
  const torch::Tensor packed = std::get<0>(torch::lstm(
      ReorderRows::apply(x, to_packed, to_ragged), torch::tensor(batch_sizes, torch::kInt64), {zeros, zeros},
      parameters, /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0.0, training, /*bidirectional=*/true));
  return ReorderRows::apply(packed, to_ragged, to_packed);
}

}  // namespace missmodal::trainer
