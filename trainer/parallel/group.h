#pragma once
// The members that train one trial together, as tensors see them. Alone, everything is handed back as it is.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/parallel/communicator.h"
#include "trainer/parallel/shares.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Collective, where it is not alone: what gathers, sums or hands out; GroupBroken as Communicator says. A
// copy is the same group.
class Group {
 public:
  Group();  // alone
  // The communicator must outlive it. `device`: whose memory it works on, that of all tensors given to the
  // group.
  explicit Group(Communicator& communicator, torch::Device device = torch::kCPU);
  int rank() const { return communicator_->rank(); }  // this member's place
  int size() const { return communicator_->size(); }
  bool alone() const { return size() == 1; }
  Communicator& communicator() const { return *communicator_; }

  // The members' shares, laid one after the other along `dim`: own.size(dim) is shares.of(rank()).count. The
  // gradient reaches the own share alone, the others being numbers here; so if every member computes the same
  // loss of the result, the sum over members of the gradients is the loss's.
  torch::Tensor gather(const torch::Tensor& own, std::int64_t dim, const Shares& shares) const;

  // The members' numbers, one member's after the other; counts[p] are those of place p.
  std::vector<float> gather(std::vector<float> own, const std::vector<std::size_t>& counts) const;

  // The sum over the members of `own`, same bits on each. The gradient is the sum over the members of the
  // result's: a loss that every member computes of the result counts once a member, so one that belongs to
  // nobody's share is for place 0 alone. Precondition: as buffer_of(), contiguous or not; that it requires a
  // gradient is true of all members or of none.
  torch::Tensor sum(const torch::Tensor& own) const;
  // Differentiates what was computed on this member. Collective where anything was summed: the gradients of
  // the sums travel latest sum first on every member, whatever its own loss depends on.
  void backward(const torch::Tensor& loss) const;
  // Whether a sum's gradient is still to come, so that nothing else may be sent.
  bool awaits_backward() const { return sums_->open > 0; }

  // Replaces x by that of place 0. Precondition: contiguous.
  void broadcast(const torch::Tensor& x) const;
  double of_first(double own) const;  // place 0's

 private:
  friend struct SumOfMembers;
  // The sums that a backward pass will reach. Each hands an empty tensor on to the next, through which
  // autograd sees that its gradient has to wait for the next one's.
  struct Sums {
    torch::Tensor last;
    int open = 0;
  };

  std::shared_ptr<Communicator> communicator_;
  std::shared_ptr<Sums> sums_ = std::make_shared<Sums>();
  torch::Device device_ = torch::kCPU;
};

// The memory of a contiguous tensor, which it keeps. Precondition: float32, float64, int64 or one byte an
// element.
Buffer buffer_of(const torch::Tensor& x);

}  // namespace missmodal::trainer
