#include "trainer/model/baselines/tfn.h"

#include <cstdint>
#include <vector>

namespace missmodal::trainer {
namespace {

torch::Tensor with_one(const torch::Tensor& x) {
  return torch::constant_pad_nd(x, {1, 0}, 1);
}

}  // namespace

Tfn::Tfn(const sweeps::Configuration& configuration, const Widths& widths)
    : LateFusion(configuration, widths), dropout_(configuration.model.of<double>("fusion_dropout")) {
  const auto width = [&](const char* name) { return configuration.model.of<std::int64_t>(name); };
  const std::int64_t fused =
      (width("audio_hidden") + 1) * (width("vision_hidden") + 1) * (width("text_out") + 1);
  const std::vector<std::int64_t> layers{fused, width("post_fusion"), width("post_fusion"), 1};
  post_ = register_module("post", std::make_shared<Mlp>(layers, 0, DropoutLayer{}));
}

torch::Tensor Tfn::product(const Features& features) {
  const auto& [text, audio, vision] = features;
  const torch::Tensor pairs = with_one(audio).unsqueeze(2) * with_one(vision).unsqueeze(1);
  return (pairs.flatten(1).unsqueeze(2) * with_one(text).unsqueeze(1)).flatten(1);
}

torch::Tensor Tfn::fuse(const Features& features, const Walk& walk) {
  const torch::Tensor fused = walk.dropout.apply(product(features), DropoutLayer{3, 0, 0}, dropout_);
  return post_->forward(fused, walk.dropout).squeeze(1).sigmoid() * 6 - 3;
}

}  // namespace missmodal::trainer
