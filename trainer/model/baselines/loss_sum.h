#pragma once
// Adds up a model's losses: what to differentiate, and what each member counts.

#include <string>

#include "trainer/model/model.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class LossSum {
 public:
  explicit LossSum(const Group& group) : counts_whole_(group.rank() == 0) {}

  // A member's share of a loss: the members' add up to it.
  void add_share(const std::string& name, const torch::Tensor& share, double weight = 1) {
    add(name, share, weight, true);
  }
  // A loss of the gathered batch that every member computes alike, and one alone counts.
  void add_whole(const std::string& name, const torch::Tensor& loss, double weight = 1) {
    add(name, loss, weight, counts_whole_);
  }
  // "total" first. Precondition: something was added.
  Losses losses() const;

 private:
  void add(const std::string& name, const torch::Tensor& loss, double weight, bool counts);

  bool counts_whole_;
  Losses losses_;
  torch::Tensor counted_;  // of the total
};

}  // namespace missmodal::trainer
