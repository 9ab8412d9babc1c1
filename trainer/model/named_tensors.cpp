#include "trainer/model/named_tensors.h"

#include "sweeps/error.h"

namespace missmodal::trainer {

NamedTensors values_of(const torch::nn::Module& module) {
  NamedTensors values;
  for (const auto& item : module.named_parameters()) values.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) values.emplace_back(item.key(), item.value());
  return values;
}

NamedTensors copied(const NamedTensors& tensors, torch::Device device) {
  const torch::NoGradGuard no_grad;
  NamedTensors copies;
  for (const auto& [name, tensor] : tensors) {
    copies.emplace_back(name, tensor.detach().to(tensor.options().device(device), /*non_blocking=*/false,
                                                 /*copy=*/true));
  }
  return copies;
}

void assign(const NamedTensors& values, const NamedTensors& to) {
  const torch::NoGradGuard no_grad;
  MISSMODAL_CHECK(values.size() == to.size());
  for (std::size_t i = 0; i < to.size(); ++i) {
    MISSMODAL_CHECK(values[i].first == to[i].first);
    MISSMODAL_CHECK(values[i].second.sizes() == to[i].second.sizes());
    torch::Tensor target = to[i].second;
    target.copy_(values[i].second);
  }
}

}  // namespace missmodal::trainer
