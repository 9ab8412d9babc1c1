#pragma once
// What LF-DNN, TFN and LMF have in common: a vector of each modality (averaged audio and vision through a
// SubNet, word vectors through a TextSubNet), and a network that looks at the three.

#include <array>
#include <memory>

#include "trainer/model/baselines/regressor.h"
#include "trainer/model/baselines/sub_net.h"
#include "trainer/model/baselines/text_sub_net.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

using Features = std::array<torch::Tensor, 3>;  // by Modality, each (b, its width)

class LateFusion : public Regressor {
 public:
  // Every modality is encoded twice at most, complete and missing; the seven subsets are put together of
  // these.
  torch::Tensor predict(const Batch& batch) override;

  Features encode(const Batch& batch, const Walk& walk);

 protected:
  // The keys of `configuration`: text_hidden, audio_hidden, vision_hidden, text_out, audio_dropout,
  // vision_dropout.
  LateFusion(const sweeps::Configuration& configuration, const Widths& widths);
  torch::Tensor regress(const Batch& batch, const ByModality& zeroed, const Walk& walk) override;
  virtual torch::Tensor fuse(const Features& features, const Walk& walk) = 0;  // (b)

 private:
  torch::Tensor encode(const RaggedBatch& frames, Modality modality, const Walk& walk);
  torch::Tensor encode_missing(const Batch& batch, Modality modality);

  std::shared_ptr<TextSubNet> text_;
  std::shared_ptr<SubNet> audio_;
  std::shared_ptr<SubNet> vision_;
  std::array<std::int64_t, 3> widths_;
};

}  // namespace missmodal::trainer
