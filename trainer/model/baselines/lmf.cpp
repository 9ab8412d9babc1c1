#include "trainer/model/baselines/lmf.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "trainer/model/baselines/coupled_adam.h"

namespace missmodal::trainer {
namespace {

Initial xavier_normal(std::int64_t in, std::int64_t out) {
  return Initial::normal(std::sqrt(2 / static_cast<double>(in + out)));
}

}  // namespace

LowRankFusion::LowRankFusion(const std::array<std::int64_t, 3>& widths, std::int64_t rank) {
  for (const Modality modality : kModalities) {
    const auto index = static_cast<unsigned>(modality);
    const std::int64_t in = widths[index] + 1;
    factors_[index] = declare(std::string(missmodal::name(modality)), {rank, in}, xavier_normal(in, rank));
  }
  weights_ = declare("weights", {rank}, xavier_normal(rank, 1));
  bias_ = declare("bias", {1}, Initial::constant(0));
}

torch::Tensor LowRankFusion::product(const Features& features) {
  torch::Tensor product;
  for (std::size_t i = 0; i < features.size(); ++i) {
    const torch::Tensor projected = torch::constant_pad_nd(features[i], {1, 0}, 1).matmul(factors_[i].t());
    product = product.defined() ? product * projected : projected;
  }
  return product;
}

torch::Tensor LowRankFusion::forward(const Features& features) {
  return product(features).matmul(weights_) + bias_;
}

Lmf::Lmf(const sweeps::Configuration& configuration, const Widths& widths)
    : LateFusion(configuration, widths),
      factor_learning_rate_(configuration.model.of<double>("factor_learning_rate")) {
  const auto width = [&](const char* name) { return configuration.model.of<std::int64_t>(name); };
  const std::array<std::int64_t, 3> fused{width("text_out"), width("audio_hidden"), width("vision_hidden")};
  fusion_ = register_module("fusion", std::make_shared<LowRankFusion>(fused, width("rank")));
}

torch::Tensor Lmf::fuse(const Features& features, const Walk& /*walk*/) {
  return fusion_->forward(features);
}

std::vector<OptimizerPlan> Lmf::optimizers(const sweeps::TrainingConfiguration& training) const {
  OptimizerPlan plan = coupled_adam(*this, training);
  ParameterGroup& rest = plan.groups.front();
  ParameterGroup factors{{}, factor_learning_rate_, training.weight_decay, Decay::coupled};
  std::erase_if(rest.parameters, [&](const std::string& parameter) {
    if (!parameter.starts_with("fusion.")) return false;
    factors.parameters.push_back(parameter);
    return true;
  });
  plan.groups.push_back(std::move(factors));
  return {std::move(plan)};
}

}  // namespace missmodal::trainer
