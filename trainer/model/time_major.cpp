#include "trainer/model/time_major.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace missmodal::trainer {

namespace {

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

TimeMajor::TimeMajor(const RaggedLayout& layout, Direction direction) {
  const std::vector<std::int64_t>& lengths = layout.lengths();
  std::vector<std::size_t> by_length(lengths.size());
  std::iota(by_length.begin(), by_length.end(), std::size_t{0});
  std::stable_sort(by_length.begin(), by_length.end(),
                   [&](auto a, auto b) { return lengths[a] > lengths[b]; });

  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> places(static_cast<std::size_t>(layout.rows()));
  rows.reserve(places.size());
  begin.push_back(0);
  for (std::int64_t step = 0; step < layout.longest(); ++step) {
    for (const std::size_t sample : by_length) {
      if (lengths[sample] <= step) break;
      const std::int64_t within = direction == Direction::forward ? step : lengths[sample] - 1 - step;
      const std::int64_t row = layout.offsets()[sample] + within;
      places[static_cast<std::size_t>(row)] = static_cast<std::int64_t>(rows.size());
      rows.push_back(row);
    }
    begin.push_back(static_cast<std::int64_t>(rows.size()));
  }
  order = torch::tensor(rows, torch::kInt64).to(layout.device());
  inverse = torch::tensor(places, torch::kInt64).to(layout.device());
}

torch::Tensor reorder_rows(const torch::Tensor& x, const torch::Tensor& order, const torch::Tensor& inverse) {
  return ReorderRows::apply(x, order, inverse);
}

}  // namespace missmodal::trainer
