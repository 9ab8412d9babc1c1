#include "trainer/model/index_pack.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::trainer {

namespace {

std::int64_t count_of(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

void IndexPack::add(const std::vector<std::int64_t>& numbers, std::vector<std::int64_t> shape,
                    torch::Tensor& to, Content content) {
  MISSMODAL_CHECK(static_cast<std::int64_t>(numbers.size()) == count_of(shape));
  parts_.push_back({static_cast<std::int64_t>(numbers_.size()), std::move(shape), &to, content});
  numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
}

void IndexPack::send(torch::Device device) {
  torch::Tensor all = torch::empty({static_cast<std::int64_t>(numbers_.size())},
                                   torch::TensorOptions(torch::kInt64).pinned_memory(device.is_cuda()));
  std::copy(numbers_.begin(), numbers_.end(), all.data_ptr<std::int64_t>());
  all = all.to(device, /*non_blocking=*/true);
  for (const Part& part : parts_) {
    const torch::Tensor view = all.narrow(0, part.first, count_of(part.shape)).view(part.shape);
    *part.to = part.content == Content::flags ? view.to(torch::kBool) : view;
  }
  numbers_.clear();
  parts_.clear();
}

}  // namespace missmodal::trainer
