#pragma once
// Audio, vision and word vectors: BiLSTM, Transformer layers, the last valid step (the paper, section 3.1).
// Parameters are named as torch.nn.LSTM's below `lstm` and torch.nn.TransformerEncoderLayer's below
// `encoder.layers.K`.

#include <cstdint>
#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "trainer/model/modality_encoder.h"
#include "trainer/model/transformer_layer.h"

namespace missmodal::trainer {

class SequenceEncoder : public ModalityEncoder {
 public:
  // `input_width`: the features'. `owner`: DropoutLayer::owner.
  SequenceEncoder(std::int64_t input_width, const sweeps::ModelConfiguration& configuration,
                  std::uint32_t owner);

  std::int64_t width() const override { return width_; }

 private:
  torch::Tensor encode_some(const torch::Tensor& rows, const RaggedLayout& layout,
                            const DropoutStream& dropout) override;
  TransformerParameters declare_layer(const std::string& path, std::int64_t feed_forward);

  std::int64_t width_;
  TransformerOptions options_;
  std::vector<torch::Tensor> lstm_;
  std::vector<TransformerParameters> layers_;
};

}  // namespace missmodal::trainer
