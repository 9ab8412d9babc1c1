#include "trainer/model/robust_training.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "trainer/model/baselines/gaussian_rows.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint32_t kWhoStream = 16;
constexpr std::uint32_t kNoiseStream = 17;

bool concerns(const sweeps::RobustConfiguration& robust, Modality modality) {
  using Robust = sweeps::RobustModality;
  switch (robust.modality) {
    case Robust::none:
      return false;
    case Robust::text:
      return modality == Modality::text;
    case Robust::audio:
      return modality == Modality::audio;
    case Robust::vision:
      return modality == Modality::vision;
  }
  return false;
}

// (b): of this member's utterances.
torch::Tensor own_factors(const sweeps::RobustConfiguration& robust, const Batch& batch,
                          const Context& context) {
  return robust_factors({robust.missing, robust.noise}, context.seed, context.step, batch.global_size)
      .narrow(0, batch.first_sample, batch.size());
}

}  // namespace

std::int64_t utterances_met(std::int64_t utterances, double share) {
  return static_cast<std::int64_t>(std::floor(static_cast<double>(utterances) * share));
}

torch::Tensor robust_factors(const RobustTraining& training, std::uint64_t seed, std::int64_t step,
                             std::int64_t utterances) {
  const std::int64_t missing = utterances_met(utterances, training.missing);
  const std::int64_t noisy = utterances_met(utterances, training.noise);
  MISSMODAL_CHECK(missing + noisy <= utterances);
  // The lots of all places in order are a random permutation of them.
  std::vector<std::pair<std::uint64_t, std::int64_t>> lots;
  for (std::int64_t place = 0; place < utterances; ++place) {
    const PhiloxBlock words = counted_words({seed, step, kWhoStream}, place, 0);
    lots.emplace_back(std::uint64_t{words[1]} << 32 | words[0], place);
  }
  std::sort(lots.begin(), lots.end());
  const torch::Tensor noise = gaussian_rows({seed, step, kNoiseStream}, utterances, 1);
  torch::Tensor factors = torch::ones({utterances});
  float* out = factors.data_ptr<float>();
  for (std::int64_t i = 0; i < missing + noisy; ++i) {
    const std::int64_t place = lots[static_cast<std::size_t>(i)].second;
    out[place] = i < missing ? 0 : noise.data_ptr<float>()[place];
  }
  return factors;
}

torch::Tensor times_utterance(const torch::Tensor& x, const torch::Tensor& factors) {
  return x * factors.to(x.options()).unsqueeze(1);
}

torch::Tensor times_utterance(const torch::Tensor& x, const RaggedLayout& layout,
                              const torch::Tensor& factors) {
  const torch::Tensor lengths = torch::tensor(layout.lengths(), torch::kInt64);
  return x * factors.to(torch::kCPU).repeat_interleave(lengths).to(x.options()).unsqueeze(1);
}

torch::Tensor robustly(const torch::Tensor& x, Modality modality, const sweeps::RobustConfiguration& robust,
                       const Batch& batch, const Context& context) {
  return concerns(robust, modality) ? times_utterance(x, own_factors(robust, batch, context)) : x;
}

torch::Tensor robustly(const RaggedBatch& x, Modality modality, const sweeps::RobustConfiguration& robust,
                       const Batch& batch, const Context& context) {
  return concerns(robust, modality) ? times_utterance(x.rows, x.layout, own_factors(robust, batch, context))
                                    : x.rows;
}

}  // namespace missmodal::trainer
