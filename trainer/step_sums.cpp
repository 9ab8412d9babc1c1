#include "trainer/step_sums.h"

#include <utility>
#include <vector>

namespace missmodal::trainer {

StepSums::StepSums(const Group& group, const Losses& own, bool stop) : group_(group), own_(own), stop_(stop) {
  if (group_.alone()) return;
  std::vector<torch::Tensor> values;
  for (const auto& [name, share] : own_.shares) values.push_back(share);
  values.push_back(torch::full_like(values.front(), stop ? 1 : 0));
  packed_ = torch::stack(values).to(torch::kFloat64);
  ticket_ = group_.communicator().start_all_reduce(buffer_of(packed_));
}

StepSums::Result StepSums::wait() {
  if (group_.alone()) return {std::move(own_), stop_};
  group_.communicator().wait(ticket_);
  Result result;
  for (std::size_t i = 0; i < own_.shares.size(); ++i)
    result.losses.shares.emplace_back(own_.shares[i].first, packed_[static_cast<std::int64_t>(i)]);
  result.losses.total = packed_[0];
  result.stop = packed_[-1].item<double>() > 0;
  return result;
}

}  // namespace missmodal::trainer
