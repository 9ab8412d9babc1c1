#include "trainer/model/baselines/late_fusion.h"

#include <cstdint>
#include <vector>

#include "trainer/model/baselines/frames.h"

namespace missmodal::trainer {

LateFusion::LateFusion(const sweeps::Configuration& configuration, const Widths& widths)
    : Regressor(configuration) {
  const sweeps::ModelConfiguration& model = configuration.model;
  const auto width = [&](const char* name) { return model.of<std::int64_t>(name); };
  text_ = register_module("text",
                          std::make_shared<TextSubNet>(widths.text, width("text_hidden"), width("text_out")));
  audio_ = register_module("audio", std::make_shared<SubNet>(widths.audio, width("audio_hidden"),
                                                             model.of<double>("audio_dropout"), 1));
  vision_ = register_module("vision", std::make_shared<SubNet>(widths.vision, width("vision_hidden"),
                                                               model.of<double>("vision_dropout"), 2));
  widths_ = {width("text_out"), width("audio_hidden"), width("vision_hidden")};
}

torch::Tensor LateFusion::encode(const RaggedBatch& frames, Modality modality, const Walk& walk) {
  if (modality == Modality::text) return text_->forward(frames);
  return (modality == Modality::audio ? audio_ : vision_)->forward(mean_frame(frames), walk);
}

Features LateFusion::encode(const Batch& batch, const Walk& walk) {
  Features features;
  for (const Modality modality : kModalities)
    features[static_cast<unsigned>(modality)] = encode(batch.of(modality), modality, walk);
  return features;
}

torch::Tensor LateFusion::encode_missing(const Batch& batch, Modality modality) {
  if (zero_at(modality) == sweeps::ZeroAt::representation)
    return torch::zeros({batch.size(), widths_[static_cast<unsigned>(modality)]}, batch.labels.options());
  RaggedBatch zeros = batch.of(modality);
  zeros.rows = torch::zeros_like(zeros.rows);
  return encode(zeros, modality, Walk());
}

torch::Tensor LateFusion::regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) {
  Features features = encode(batch, walk);
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (zeroed[i]) features[i] = torch::zeros_like(features[i]);
  }
  return fuse(features, walk);
}

torch::Tensor LateFusion::predict(const Batch& batch) {
  const Features complete = encode(batch, Walk());
  Features missing;
  for (const Modality modality : kModalities)
    missing[static_cast<unsigned>(modality)] = encode_missing(batch, modality);
  std::vector<torch::Tensor> rows;
  for (const Subset subset : kSubsets) {
    Features features;
    for (const Modality modality : kModalities) {
      const auto index = static_cast<unsigned>(modality);
      features[index] = has(subset, modality) ? complete[index] : missing[index];
    }
    rows.push_back(fuse(features, Walk()));
  }
  return torch::stack(rows);
}

}  // namespace missmodal::trainer
