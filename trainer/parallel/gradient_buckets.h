#pragma once
// The gradients of a group's members, summed in flat buckets while the backward pass still runs.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Each parameter's gradient is copied into its bucket as soon as autograd has it; a bucket is sent as soon as
// it is full and those before it are, so in the same order on every member; and not before the gradients of
// all Group::sum()s have travelled, as members may have their gradients in another order. Alone, nothing is
// done and nothing is allocated.
//
// A parameter without a gradient here counts as zeros: the shares of other members, or none, are its sum.
// Where no member has one it stays without.
class GradientBuckets {
 public:
  static constexpr std::size_t kBucketBytes = std::size_t{2} << 20;

  // Parameters in the order in which their gradients become ready, last first: as a model declares them. The
  // same list on every member, leaves that require a gradient, on one device. Collective. `group` must
  // outlive the last wait.
  GradientBuckets(std::vector<torch::Tensor> parameters, const Group& group,
                  std::size_t bucket_bytes = kBucketBytes);
  ~GradientBuckets();
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;

  // From here to finish() one Group::backward() runs, or none where there is nothing to differentiate. What
  // gradients hold already, sums of earlier passes, is set aside and added at the end.
  void begin();
  // Collective. Afterwards every gradient is the sum over the members, the same bits on each.
  void finish();

 private:
  struct Slot {
    torch::Tensor parameter;
    torch::Tensor earlier;                               // what its gradient was before
    std::shared_ptr<torch::autograd::Node> accumulator;  // kept alive, as its hook must be
    std::uintptr_t hook = 0;
    std::size_t bucket = 0;
    torch::Tensor place;     // in the bucket, shaped as the parameter
    std::size_t number = 0;  // in the bucket
  };
  struct Bucket {
    torch::Tensor flat;  // the gradients, then for each parameter how many members have one
    std::int64_t elements = 0;
    std::vector<double> here;  // by parameter: 1 where this member has a gradient
    std::size_t waiting = 0;   // parameters whose gradient is not there yet
    Ticket ticket;
  };

  void lay_out(std::size_t bucket_bytes);
  void allocate();
  void take(Slot& slot);
  void start_full();

  Group group_;
  std::vector<Slot> slots_;
  std::vector<Bucket> buckets_;
  std::size_t started_ = 0;  // buckets
  bool open_ = false;        // between begin() and finish()
};

}  // namespace missmodal::trainer
