#pragma once
// The batch before, as MMIM's entropy wants it: the reduced vectors of audio and vision and their labels.

#include <array>
#include <cstdint>

#include "trainer/model/model.h"
#include "trainer/model/named_tensors.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Of a fixed size, so that it can be saved: a row without an utterance has the label 0, which belongs to
// neither side. The same on every member.
class MmimMemory {
 public:
  // reduced: widths by Modality, audio's and vision's. `utterances`: of the largest global batch.
  MmimMemory(std::int64_t utterances, const std::array<std::int64_t, 3>& reduced);

  // Half the sum over both signs of half the log-determinant of the covariance, with the mean taken off and
  // divided by the count, of the modality's rows with such a label in memory and in the whole global batch
  // (B, reduced). 0, and a gradient of zeros, where a sign has no more rows than `reduced`: its covariance is
  // singular.
  torch::Tensor entropy(Modality modality, const torch::Tensor& reduced, const torch::Tensor& labels) const;

  // The whole global batch takes the place of the one before; the third of `reduced` is text's, and unused.
  void remember(const std::array<torch::Tensor, 3>& reduced, const torch::Tensor& labels);

  // audio, vision, labels: the tensors themselves.
  NamedTensors tables() const;
  void to(torch::Device device, torch::ScalarType type);

 private:
  std::array<torch::Tensor, 3> rows_;  // (utterances, reduced)
  torch::Tensor labels_;               // (utterances)
};

}  // namespace missmodal::trainer
