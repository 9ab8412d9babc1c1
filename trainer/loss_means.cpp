#include "trainer/loss_means.h"

#include "sweeps/error.h"

namespace missmodal::trainer {

LossMeans::LossMeans(const Sums& sums, torch::Device device) : names_(sums.names), samples_(sums.samples) {
  if (samples_ > 0) sums_ = torch::tensor(sums.values, torch::kFloat64).to(device);
}

LossMeans::Sums LossMeans::sums() const {
  if (samples_ == 0) return {};
  const torch::Tensor values = sums_.cpu();
  const double* first = values.data_ptr<double>();
  return {names_, {first, first + values.numel()}, samples_};
}

void LossMeans::add(const Losses& losses, std::int64_t samples) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> values;
  for (const auto& [name, value] : losses.shares) values.push_back(value);
  const torch::Tensor weighted = torch::stack(values).to(torch::kFloat64).mul_(samples);
  if (samples_ == 0) {
    for (const auto& [name, value] : losses.shares) names_.push_back(name);
    sums_ = weighted;
  } else {
    sums_.add_(weighted);
  }
  samples_ += samples;
}

std::map<std::string, double> LossMeans::means() const {
  MISSMODAL_CHECK(samples_ > 0);
  const torch::Tensor sums = sums_.cpu();
  std::map<std::string, double> result;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    result[names_[i]] = sums.data_ptr<double>()[i] / static_cast<double>(samples_);
  }
  return result;
}

}  // namespace missmodal::trainer
