#pragma once
// The gate of MAG-BERT (Rahman et al. 2020, "Integrating Multimodal Information in Large Pretrained
// Transformers", section 3.2): moves each word's embedding by what audio and vision say at that word.

#include <cstdint>

#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct MagSizes {
  std::int64_t text = 0;  // of the embeddings
  std::int64_t audio = 0;
  std::int64_t vision = 0;
  double beta = 1;  // the largest displacement, in lengths of the embedding
  double dropout = 0;
};

// The toolkit's names. Dropout: owner fusion, layer 32.
class MagGate : public ParameterModule {
 public:
  explicit MagGate(const MagSizes& sizes);
  // e (rows, text), the rows of `layout`; audio and vision under the same layout (rows_under()) ->
  //   LayerNorm(e + min(beta |e| / |h|, 1) h), h = g_v (W_v v + b_v) + g_a (W_a a + b_a),
  //   g_m = relu(W_hm [m; e] + b_hm)
  torch::Tensor forward(const torch::Tensor& text, const torch::Tensor& audio, const torch::Tensor& vision,
                        const RaggedLayout& layout, const DropoutStream& dropout) const;

 private:
  MagSizes sizes_;
  LinearParameters vision_gate_;
  LinearParameters audio_gate_;
  LinearParameters vision_;
  LinearParameters audio_;
  LinearParameters norm_;
};

}  // namespace missmodal::trainer
