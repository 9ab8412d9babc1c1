#include "trainer/snapshot.h"

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

std::vector<torch::Tensor> values_of(const torch::nn::Module& model) {
  std::vector<torch::Tensor> values = model.parameters();
  for (const torch::Tensor& buffer : model.buffers()) values.push_back(buffer);
  return values;
}

}  // namespace

void Snapshot::take(const torch::nn::Module& model) {
  const torch::NoGradGuard no_grad;
  values_.clear();
  for (const torch::Tensor& value : values_of(model)) values_.push_back(value.detach().clone());
}

void Snapshot::restore(torch::nn::Module& model) const {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> values = values_of(model);
  MISSMODAL_CHECK(values.size() == values_.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i].copy_(values_[i]);
}

}  // namespace missmodal::trainer
