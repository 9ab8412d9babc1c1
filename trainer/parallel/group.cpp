#include "trainer/parallel/group.h"

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "trainer/parallel/alone.h"

namespace missmodal::trainer {

namespace {

ElementType element_type(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat32:
      return ElementType::float32;
    case torch::kFloat64:
      return ElementType::float64;
    case torch::kInt64:
      return ElementType::int64;
    default:
      MISSMODAL_CHECK(torch::elementSize(type) == 1);
      return ElementType::byte;
  }
}

struct GatherShares : torch::autograd::Function<GatherShares> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& own,
                               const Group& group, std::int64_t dim, const Shares& shares) {
    const Share mine = shares.of(group.rank());
    MISSMODAL_CHECK(own.size(dim) == mine.count);
    context->saved_data["dim"] = dim;
    context->saved_data["first"] = mine.first;
    context->saved_data["count"] = mine.count;
    const torch::Tensor from = own.transpose(0, dim).contiguous();
    std::vector<std::int64_t> shape = from.sizes().vec();
    const std::int64_t total = shares.total();
    shape[0] = total;
    const torch::Tensor all = torch::empty(shape, from.options());
    const std::int64_t row = total > 0 ? all.numel() / total : 0;
    std::vector<std::size_t> counts;
    for (int place = 0; place < group.size(); ++place) {
      counts.push_back(static_cast<std::size_t>(shares.of(place).count * row));
    }
    group.communicator().all_gather(buffer_of(from), counts, buffer_of(all));
    return all.transpose(0, dim);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {gradients[0].narrow(context->saved_data["dim"].toInt(), context->saved_data["first"].toInt(),
                                context->saved_data["count"].toInt()),
            {},
            {},
            {}};
  }
};

torch::Tensor summed(const torch::Tensor& own, Communicator& communicator) {
  const torch::Tensor sum = own.detach().clone(torch::MemoryFormat::Contiguous);
  communicator.all_reduce(buffer_of(sum));
  return sum;
}

}  // namespace

// In: what to sum, and what the sum before handed on. Out: the sum, and what it hands on.
struct SumOfMembers : torch::autograd::Function<SumOfMembers> {
  struct Kept : torch::CustomClassHolder {
    Kept(std::shared_ptr<Communicator> its_communicator, std::weak_ptr<Group::Sums> its_sums)
        : communicator(std::move(its_communicator)), sums(std::move(its_sums)) {}
    std::shared_ptr<Communicator> communicator;
    std::weak_ptr<Group::Sums> sums;  // which hold the graph
  };

  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context,
                                                const torch::Tensor& own, const torch::Tensor& before,
                                                const Group& group) {
    context->saved_data["kept"] =
        torch::IValue::make_capsule(c10::make_intrusive<Kept>(group.communicator_, group.sums_));
    return {summed(own, *group.communicator_), torch::empty_like(before)};
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto capsule = context->saved_data["kept"].toCapsule();
    const Kept& kept = static_cast<const Kept&>(*capsule);
    const torch::Tensor sum = summed(gradients[0], *kept.communicator);
    if (const auto sums = kept.sums.lock(); sums && --sums->open == 0) sums->last.reset();
    return {sum, gradients[1], {}};
  }
};

Group::Group() : communicator_(std::make_shared<Alone>()) {}

Group::Group(Communicator& communicator, torch::Device device)
    : communicator_(std::shared_ptr<void>(), &communicator), device_(device) {}

torch::Tensor Group::gather(const torch::Tensor& own, std::int64_t dim, const Shares& shares) const {
  return alone() ? own : GatherShares::apply(own, *this, dim, shares);
}

std::vector<float> Group::gather(std::vector<float> own, const std::vector<std::size_t>& counts) const {
  if (alone()) return own;
  // On the device, as a communicator between GPUs wants it.
  const auto count = static_cast<std::int64_t>(own.size());
  const torch::Tensor mine = torch::from_blob(own.data(), {count}, torch::kFloat32)
                                 .to(device_, /*non_blocking=*/false, /*copy=*/true);
  const torch::Tensor all =
      torch::empty({static_cast<std::int64_t>(std::reduce(counts.begin(), counts.end()))}, mine.options());
  communicator_->all_gather(buffer_of(mine), counts, buffer_of(all));
  const torch::Tensor here = all.to(torch::kCPU);
  return {here.data_ptr<float>(), here.data_ptr<float>() + here.numel()};
}

torch::Tensor Group::sum(const torch::Tensor& own) const {
  if (alone()) return own;
  if (!own.requires_grad() || !torch::GradMode::is_enabled()) return summed(own, *communicator_);
  if (sums_->open++ == 0) sums_->last = torch::empty({0}, own.options()).detach().requires_grad_();
  const auto results = SumOfMembers::apply(own, sums_->last, *this);
  sums_->last = results[1];
  return results[0];
}

void Group::backward(const torch::Tensor& loss) const {
  if (!awaits_backward()) return loss.backward();
  torch::autograd::backward({loss, sums_->last}, {torch::ones_like(loss), torch::empty_like(sums_->last)});
}

void Group::broadcast(const torch::Tensor& x) const {
  if (!alone()) communicator_->broadcast(buffer_of(x), 0);
}

double Group::of_first(double own) const {
  if (alone()) return own;
  const torch::Tensor value = torch::full({1}, own, torch::TensorOptions(torch::kFloat64).device(device_));
  broadcast(value);
  return value.item<double>();
}

Buffer buffer_of(const torch::Tensor& x) {
  MISSMODAL_CHECK(x.is_contiguous());
  return {std::shared_ptr<void>(x.data_ptr(), [x](void*) {}), static_cast<std::size_t>(x.numel()),
          element_type(x.scalar_type())};
}

}  // namespace missmodal::trainer
