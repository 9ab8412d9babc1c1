#include "trainer/model/fusion.h"

#include <fmt/format.h>

#include <vector>

namespace missmodal::trainer {

namespace {
constexpr std::uint32_t kFusionOwner = 3;
}  // namespace

ConcatenationFusion::ConcatenationFusion(const std::array<std::int64_t, 3>& widths,
                                         const sweeps::ModelConfiguration& configuration)
    : dropout_(configuration.fusion_dropout) {
  for (const Subset subset : kSubsets) {
    std::int64_t in = 0;
    for (const Modality modality : kModalities) {
      if (has(subset, modality)) in += widths[static_cast<unsigned>(modality)];
    }
    Network& network = networks_[row(subset)];
    network.first =
        declare_linear(fmt::format("{}.0", missmodal::name(subset)), in, configuration.fusion_width);
    network.second = declare_linear(fmt::format("{}.3", missmodal::name(subset)), configuration.fusion_width,
                                    configuration.fusion_width);
  }
}

torch::Tensor ConcatenationFusion::fuse(const Encoded& encoded, Subset subset, const DropoutStream& dropout) {
  std::vector<torch::Tensor> remaining;
  for (const Modality modality : kModalities) {
    if (has(subset, modality)) remaining.push_back(encoded[static_cast<unsigned>(modality)]);
  }
  const Network& network = networks_[row(subset)];
  const torch::Tensor in = remaining.size() == 1 ? remaining[0] : torch::cat(remaining, 1);
  const torch::Tensor inner = torch::linear(in, network.first.weight, network.first.bias).relu();
  const DropoutLayer layer{kFusionOwner, static_cast<std::uint32_t>(row(subset)), 0};
  return torch::linear(dropout.apply(inner, layer, dropout_), network.second.weight, network.second.bias);
}

Predictor::Predictor(std::int64_t width)
    : first_(declare_linear("0", width, width)), second_(declare_linear("2", width, 1)) {}

torch::Tensor Predictor::predict(const torch::Tensor& fused) {
  const torch::Tensor inner = torch::linear(fused, first_.weight, first_.bias).relu();
  return torch::linear(inner, second_.weight, second_.bias).squeeze(-1);
}

}  // namespace missmodal::trainer
