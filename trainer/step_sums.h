#pragma once
// What the members of a group tell each other once a training step, beside the gradients.

#include "trainer/model/model.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// One sum of the losses' shares and of who wants to stop, under way while the backward pass runs. So all
// members find in the same step that a loss is not finite, or that one of them was told to end; a decision
// that one took by itself would leave the others waiting. Alone, it hands back what it was given.
class StepSums {
 public:
  // Collective. `group` must outlive the wait.
  StepSums(const Group& group, const Losses& own, bool stop);

  struct Result {
    Losses losses;      // of the global batch, same bits on every member; not to differentiate
    bool stop = false;  // some member wants to
  };
  Result wait();

 private:
  const Group& group_;
  Losses own_;
  bool stop_;
  torch::Tensor packed_;  // the shares, then the number of members that want to stop; double
  Ticket ticket_;
};

}  // namespace missmodal::trainer
