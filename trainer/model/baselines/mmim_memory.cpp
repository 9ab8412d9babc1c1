#include "trainer/model/baselines/mmim_memory.h"

#include "sweeps/error.h"

namespace missmodal::trainer {

MmimMemory::MmimMemory(std::int64_t utterances, const std::array<std::int64_t, 3>& reduced)
    : labels_(torch::zeros({utterances})) {
  for (std::size_t i = 1; i < 3; ++i) rows_[i] = torch::zeros({utterances, reduced[i]});
}

void MmimMemory::to(torch::Device device, torch::ScalarType type) {
  for (torch::Tensor* table : {&rows_[1], &rows_[2], &labels_}) *table = table->to(device, type);
}

NamedTensors MmimMemory::tables() const {
  return {{"audio", rows_[1]}, {"vision", rows_[2]}, {"labels", labels_}};
}

torch::Tensor MmimMemory::entropy(Modality modality, const torch::Tensor& reduced,
                                  const torch::Tensor& labels) const {
  const torch::Tensor rows = torch::cat({rows_[static_cast<unsigned>(modality)], reduced});
  const torch::Tensor signs = torch::cat({labels_, labels}).sign();
  torch::Tensor sum;
  for (const int sign : {1, -1}) {
    const torch::Tensor chosen = rows.index_select(0, signs.eq(sign).nonzero().squeeze(1));
    if (chosen.size(0) <= chosen.size(1)) return reduced.sum() * 0;
    const torch::Tensor centred = chosen - chosen.mean(0);
    const torch::Tensor half =
        0.25 * torch::logdet(centred.t().mm(centred) / static_cast<double>(chosen.size(0)));
    sum = sum.defined() ? sum + half : half;
  }
  return sum;
}

void MmimMemory::remember(const std::array<torch::Tensor, 3>& reduced, const torch::Tensor& labels) {
  const torch::NoGradGuard no_grad;
  const std::int64_t utterances = labels.size(0);
  MISSMODAL_CHECK(utterances <= labels_.size(0));
  labels_.zero_();
  labels_.narrow(0, 0, utterances).copy_(labels);
  for (std::size_t i = 1; i < 3; ++i) rows_[i].narrow(0, 0, utterances).copy_(reduced[i]);
}

}  // namespace missmodal::trainer
