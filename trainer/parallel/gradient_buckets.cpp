#include "trainer/parallel/gradient_buckets.h"

#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace missmodal::trainer {

namespace {

// Runs when a parameter's gradient has been added up.
class AfterAccumulation : public torch::autograd::FunctionPostHook {
 public:
  explicit AfterAccumulation(std::function<void()> action) : action_(std::move(action)) {}
  torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                            const torch::autograd::variable_list&) override {
    action_();
    return outputs;
  }

 private:
  std::function<void()> action_;
};

// How many members have a gradient, by parameter.
torch::Tensor presence(const torch::Tensor& flat, std::int64_t elements) {
  return flat.narrow(0, elements, flat.numel() - elements);
}

}  // namespace

GradientBuckets::GradientBuckets(std::vector<torch::Tensor> parameters, const Group& group,
                                 std::size_t bucket_bytes)
    : group_(group) {
  if (group_.alone()) return;
  for (auto parameter = parameters.rbegin(); parameter != parameters.rend(); ++parameter) {
    MISSMODAL_CHECK(parameter->is_leaf() && parameter->requires_grad());
    Slot slot;
    slot.parameter = *parameter;
    slots_.push_back(std::move(slot));
  }
  lay_out(bucket_bytes);
  for (Slot& slot : slots_) {
    slot.accumulator = torch::autograd::impl::grad_accumulator(slot.parameter);
    slot.hook = slot.accumulator->add_post_hook(std::make_unique<AfterAccumulation>([this, &slot] {
      if (open_) take(slot);
    }));
  }
}

GradientBuckets::~GradientBuckets() {
  for (Slot& slot : slots_) slot.accumulator->del_post_hook(slot.hook);
}

void GradientBuckets::lay_out(std::size_t bucket_bytes) {
  for (Slot& slot : slots_) {
    const auto type = slot.parameter.scalar_type();
    const bool fits =
        !buckets_.empty() && buckets_.back().flat.scalar_type() == type &&
        static_cast<std::size_t>(buckets_.back().elements) * torch::elementSize(type) < bucket_bytes;
    if (!fits) {
      buckets_.emplace_back();
      buckets_.back().flat = torch::empty({0}, slot.parameter.options().requires_grad(false));
    }
    Bucket& bucket = buckets_.back();
    slot.bucket = buckets_.size() - 1;
    slot.number = bucket.here.size();
    bucket.here.push_back(0);
    bucket.elements += slot.parameter.numel();
  }
  allocate();
  std::vector<std::int64_t> offsets(buckets_.size());
  for (Slot& slot : slots_) {
    std::int64_t& offset = offsets[slot.bucket];
    slot.place =
        buckets_[slot.bucket].flat.narrow(0, offset, slot.parameter.numel()).view(slot.parameter.sizes());
    offset += slot.parameter.numel();
  }
}

void GradientBuckets::allocate() {
  constexpr std::size_t kAlignment = 64;
  const auto numbers = [](const Bucket& bucket) {
    return bucket.elements + static_cast<std::int64_t>(bucket.here.size());
  };
  const auto bytes = [&](const Bucket& bucket) {
    const std::size_t wanted = static_cast<std::size_t>(numbers(bucket)) * bucket.flat.element_size();
    return (wanted + kAlignment - 1) / kAlignment * kAlignment;
  };
  std::size_t all = 0;
  for (const Bucket& bucket : buckets_) all += bytes(bucket);
  const std::shared_ptr<void> memory = all > 0 ? group_.communicator().memory(all) : nullptr;
  std::size_t first = 0;
  for (Bucket& bucket : buckets_) {
    const auto options = bucket.flat.options();
    bucket.flat = memory ? torch::from_blob(
                               static_cast<std::byte*>(memory.get()) + first, {numbers(bucket)},
                               [memory](void*) {}, options)
                         : torch::empty({numbers(bucket)}, options);
    first += bytes(bucket);
  }
}

void GradientBuckets::begin() {
  for (Slot& slot : slots_) {
    torch::Tensor& gradient = slot.parameter.mutable_grad();
    // A copy, as it may lie where this pass's sum will.
    slot.earlier = gradient.defined() ? gradient.clone() : torch::Tensor();
    gradient.reset();
  }
  for (Bucket& bucket : buckets_) {
    std::fill(bucket.here.begin(), bucket.here.end(), 0);
    bucket.waiting = bucket.here.size();
  }
  started_ = 0;
  open_ = true;
}

void GradientBuckets::take(Slot& slot) {
  Bucket& bucket = buckets_[slot.bucket];
  if (!slot.parameter.grad().defined() || std::exchange(bucket.here[slot.number], 1) == 1) return;
  const torch::NoGradGuard no_grad;
  slot.place.copy_(slot.parameter.grad());
  --bucket.waiting;
  start_full();
}

void GradientBuckets::start_full() {
  if (group_.awaits_backward()) return;
  for (; started_ < buckets_.size() && buckets_[started_].waiting == 0; ++started_) {
    Bucket& bucket = buckets_[started_];
    presence(bucket.flat, bucket.elements).copy_(torch::tensor(bucket.here, torch::kFloat64));
    bucket.ticket = group_.communicator().start_all_reduce(buffer_of(bucket.flat));
  }
}

void GradientBuckets::finish() {
  MISSMODAL_CHECK(!group_.awaits_backward());
  const torch::NoGradGuard no_grad;
  for (Slot& slot : slots_) {
    Bucket& bucket = buckets_[slot.bucket];
    if (bucket.here[slot.number] == 1) continue;
    slot.place.zero_();
    --bucket.waiting;
  }
  start_full();
  open_ = false;
  for (const Bucket& bucket : buckets_) group_.communicator().wait(bucket.ticket);
  std::vector<torch::Tensor> present(buckets_.size());  // read only where a gradient is missing here
  for (Slot& slot : slots_) {
    const Bucket& bucket = buckets_[slot.bucket];
    torch::Tensor& counts = present[slot.bucket];
    bool somewhere = bucket.here[slot.number] == 1;
    if (!somewhere) {
      if (!counts.defined()) counts = presence(bucket.flat, bucket.elements).to(torch::kCPU, torch::kFloat64);
      somewhere = counts.data_ptr<double>()[slot.number] > 0;
    }
    torch::Tensor& sum = slot.parameter.mutable_grad();
    if (somewhere)
      sum = slot.earlier.defined() ? slot.earlier + slot.place : slot.place;
    else
      sum = slot.earlier;
    slot.earlier.reset();
  }
}

}  // namespace missmodal::trainer
