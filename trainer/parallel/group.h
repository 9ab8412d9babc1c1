#pragma once
// The members that train one trial together, as tensors see them. Alone, everything is handed back as it is.

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/parallel/communicator.h"

namespace missmodal::trainer {

// A contiguous piece of some things: [first, first + count).
struct Share {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

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

  // This member's, or that of `place`, of `total` things: piece after piece by place, earlier ones one larger
  // where it does not come out even. May be empty.
  Share share(std::int64_t total) const { return share(total, rank()); }
  Share share(std::int64_t total, int place) const;

  // The members' shares of `total`, laid one after the other along `dim`: own.size(dim) is
  // share(total).count. The gradient reaches the own share alone, the others being numbers here; so if every
  // member computes the same loss of the result, the sum over members of the gradients is the loss's.
  torch::Tensor gather(const torch::Tensor& own, std::int64_t dim, std::int64_t total) const;

  // The members' numbers, one member's after the other; counts[p] are those of place p.
  std::vector<float> gather(std::vector<float> own, const std::vector<std::size_t>& counts) const;

  // Replaces x by the sum over the members; same bits on each. Not differentiable. Precondition: contiguous.
  void sum(const torch::Tensor& x) const;
  // Replaces x by that of place 0. The same preconditions.
  void broadcast(const torch::Tensor& x) const;
  double of_first(double own) const;  // place 0's

 private:
  std::shared_ptr<Communicator> communicator_;
  torch::Device device_ = torch::kCPU;
};

// The memory of a contiguous tensor, which it keeps. Precondition: float32, float64, int64 or one byte an
// element.
Buffer buffer_of(const torch::Tensor& x);

}  // namespace missmodal::trainer
