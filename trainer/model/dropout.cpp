#include "trainer/model/dropout.h"

#include <ATen/Context.h>

#include <algorithm>
#include <cmath>

namespace missmodal::trainer {

namespace {

// Keeps this use of Philox apart from initialisation's (initialize.cpp).
constexpr PhiloxKey kStepDomain{0x64726f70U, 0x6f757401U};

PhiloxKey step_key(const TrainingStep& step) {
  const auto number = static_cast<std::uint64_t>(step.step);
  const PhiloxBlock block =
      philox({static_cast<std::uint32_t>(step.seed), static_cast<std::uint32_t>(step.seed >> 32),
              static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32)},
             kStepDomain);
  return {block[0], block[1]};
}

}  // namespace

DropoutStream::DropoutStream(const TrainingStep& step, torch::Device device)
    : active_(true), key_(step_key(step)), first_sample_(step.first_sample) {
  if (device.is_cpu()) return;
  // A clone, so that the process's own generator stays untouched.
  generator_ = at::globalContext().defaultGenerator(device).clone();
  generator_.set_current_seed(std::uint64_t{key_[1]} << 32 | key_[0]);
}

void DropoutStream::mask(DropoutLayer layer, double probability, std::int64_t sample, std::int64_t row,
                         std::span<float> columns) const {
  const auto threshold = static_cast<std::uint32_t>(std::lround(probability * 65536));
  const float scale = 65536.0F / static_cast<float>(65536 - threshold);
  PhiloxBlock counter{0, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(first_sample_ + sample),
                      layer.number()};
  for (std::size_t column = 0; column < columns.size(); column += 8, ++counter[0]) {
    const PhiloxBlock block = philox(counter, key_);
    const std::size_t count = std::min<std::size_t>(8, columns.size() - column);
    for (std::size_t lane = 0; lane < count; ++lane) {
      const std::uint32_t number = block[lane / 2] >> (16 * (lane % 2)) & 0xFFFFU;
      columns[column + lane] = number >= threshold ? scale : 0.0F;
    }
  }
}

torch::Tensor DropoutStream::fused(const torch::Tensor& x, double probability) const {
  return std::get<0>(at::_fused_dropout(x, 1 - probability, generator_));
}

torch::Tensor DropoutStream::apply(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                   DropoutLayer layer, double probability) const {
  if (!active(probability)) return x;
  if (generator_.defined()) return fused(x, probability);
  const auto columns = static_cast<std::size_t>(x.size(1));
  torch::Tensor masks = torch::empty(x.sizes(), torch::kFloat32);
  float* out = masks.data_ptr<float>();
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    for (std::int64_t row = layout.begin(rows, sample); row < layout.end(rows, sample);
         ++row, out += columns) {
      mask(layer, probability, sample, row, {out, columns});
    }
  }
  return x * masks.to(x.scalar_type());
}

torch::Tensor DropoutStream::apply(const torch::Tensor& x, DropoutLayer layer, double probability) const {
  if (!active(probability)) return x;
  if (generator_.defined()) return fused(x, probability);
  const auto columns = static_cast<std::size_t>(x.size(1));
  torch::Tensor masks = torch::empty(x.sizes(), torch::kFloat32);
  float* out = masks.data_ptr<float>();
  for (std::int64_t sample = 0; sample < x.size(0); ++sample, out += columns) {
    mask(layer, probability, sample, 0, {out, columns});
  }
  return x * masks.to(x.scalar_type());
}

torch::Tensor DropoutStream::apply_attention(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                             DropoutLayer layer, double probability) const {
  if (!active(probability)) return x;
  if (generator_.defined()) return fused(x, probability);
  torch::Tensor masks = torch::zeros(x.sizes(), torch::kFloat32);
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    const std::int64_t begin = layout.begin(rows, sample);
    for (std::int64_t head = 0; head < x.size(1); ++head) {
      float* out = masks[sample][head].data_ptr<float>();
      for (std::int64_t query = begin; query < layout.end(rows, sample); ++query) {
        mask(layer, probability, sample, attention_row(head, query),
             {out + (query - begin) * x.size(3), static_cast<std::size_t>(layout.lengths()[sample])});
      }
    }
  }
  return x * masks.to(x.scalar_type());
}

}  // namespace missmodal::trainer
