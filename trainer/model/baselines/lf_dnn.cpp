#include "trainer/model/baselines/lf_dnn.h"

#include <cstdint>
#include <vector>

namespace missmodal::trainer {

LfDnn::LfDnn(const sweeps::Configuration& configuration, const Widths& widths)
    : LateFusion(configuration, widths), dropout_(configuration.model.of<double>("fusion_dropout")) {
  const auto width = [&](const char* name) { return configuration.model.of<std::int64_t>(name); };
  const std::int64_t fused = width("audio_hidden") + width("vision_hidden") + width("text_out");
  const std::vector<std::int64_t> layers{fused, width("post_fusion"), width("post_fusion"), 1};
  post_ = register_module("post", std::make_shared<Mlp>(layers, 0, DropoutLayer{}));
}

torch::Tensor LfDnn::fuse(const Features& features, const Walk& walk) {
  const auto& [text, audio, vision] = features;
  const torch::Tensor fused = torch::cat({audio, vision, text}, 1);
  return post_->forward(walk.dropout.apply(fused, DropoutLayer{3, 0, 0}, dropout_), walk.dropout).squeeze(1);
}

}  // namespace missmodal::trainer
