#include "trainer/model/dropout.h"

#include <ATen/Context.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "trainer/model/vectorized.h"

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

std::uint32_t threshold(double probability) {
  return static_cast<std::uint32_t>(std::lround(probability * 65536));
}

// What the blocks of one row have in common.
struct FactorRow {
  PhiloxKey key;
  std::uint32_t row;
  std::uint32_t sample;
  std::uint32_t layer;
  std::uint32_t threshold;
  float scale;
};

// philox() of kLanes counters at once: the numbers of columns 128 g .. 128 g + 127 are the 16-bit parts of
// blocks 16 g .. 16 g + 15, part by part, so that neighbouring columns lie in neighbouring vector lanes.
MISSMODAL_VECTORIZED void fill_factors(FactorRow common, float* out, std::size_t columns) {
  std::uint32_t block[4][kLanes];
  for (std::size_t first = 0; first < columns; first += 8 * kLanes, out += 8 * kLanes) {
    for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
      block[0][lane] = static_cast<std::uint32_t>(first / 8) + lane;
      block[1][lane] = common.row;
      block[2][lane] = common.sample;
      block[3][lane] = common.layer;
    }
    PhiloxKey key = common.key;
    for (int round = 0; round < kPhiloxRounds; ++round) {
      for (int lane = 0; lane < kLanes; ++lane) {
        const std::uint64_t product0 = std::uint64_t{kPhiloxM0} * block[0][lane];
        const std::uint64_t product1 = std::uint64_t{kPhiloxM1} * block[2][lane];
        block[0][lane] = static_cast<std::uint32_t>(product1 >> 32) ^ block[1][lane] ^ key[0];
        block[1][lane] = static_cast<std::uint32_t>(product1);
        block[2][lane] = static_cast<std::uint32_t>(product0 >> 32) ^ block[3][lane] ^ key[1];
        block[3][lane] = static_cast<std::uint32_t>(product0);
      }
      key = {key[0] + kPhiloxW0, key[1] + kPhiloxW1};
    }
    const std::size_t count = columns - first;
    for (std::size_t part = 0; part < 8 && part * kLanes < count; ++part) {
      const std::uint32_t* word = block[part / 2];
      const int shift = part % 2 == 0 ? 0 : 16;
      float values[kLanes];
      for (int lane = 0; lane < kLanes; ++lane) {
        values[lane] = (word[lane] >> shift & 0xFFFFU) >= common.threshold ? common.scale : 0.0F;
      }
      const std::size_t wanted = std::min<std::size_t>(kLanes, count - part * kLanes);
      for (std::size_t lane = 0; lane < wanted; ++lane) out[part * kLanes + lane] = values[lane];
    }
  }
}

}  // namespace

DropoutStream::DropoutStream(const TrainingStep& step, torch::Device device)
    : active_(true), key_(step_key(step)), first_sample_(step.first_sample) {
  if (device.is_cpu()) return;
  // A clone, so that the process's own generator stays untouched.
  generator_ = at::globalContext().defaultGenerator(device).clone();
  generator_.set_current_seed(std::uint64_t{key_[1]} << 32 | key_[0]);
}

float DropoutStream::scale(double probability) {
  return 65536.0F / static_cast<float>(65536 - threshold(probability));
}

void DropoutStream::row_factors(DropoutLayer layer, double probability, std::int64_t sample, std::int64_t row,
                                std::span<float> columns) const {
  fill_factors({key_, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(first_sample_ + sample),
                layer.number(), threshold(probability), scale(probability)},
               columns.data(), columns.size());
}

DropoutFactors DropoutStream::factors(const RaggedLayout& layout, Rows rows, std::int64_t columns,
                                      DropoutLayer layer, double probability) const {
  if (!active(probability)) return {};
  torch::Tensor factors = torch::empty({layout.count(rows), columns}, torch::kFloat32);
  float* out = factors.data_ptr<float>();
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    for (std::int64_t row = layout.begin(rows, sample); row < layout.end(rows, sample);
         ++row, out += columns) {
      row_factors(layer, probability, sample, row, {out, static_cast<std::size_t>(columns)});
    }
  }
  return {factors};
}

torch::Tensor DropoutStream::fused(const torch::Tensor& x, double probability) const {
  return std::get<0>(at::_fused_dropout(x, 1 - probability, generator_));
}

torch::Tensor DropoutStream::apply(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                   DropoutLayer layer, double probability) const {
  if (!active(probability) || x.numel() == 0) return x;
  if (generator_.defined()) return fused(x, probability);
  return x * factors(layout, rows, x.size(1), layer, probability).values.to(x.scalar_type());
}

torch::Tensor DropoutStream::apply(const torch::Tensor& x, DropoutLayer layer, double probability) const {
  if (!active(probability) || x.numel() == 0) return x;
  if (generator_.defined()) return fused(x, probability);
  const auto columns = static_cast<std::size_t>(x.size(1));
  torch::Tensor factors = torch::empty(x.sizes(), torch::kFloat32);
  float* out = factors.data_ptr<float>();
  for (std::int64_t sample = 0; sample < x.size(0); ++sample, out += columns) {
    row_factors(layer, probability, sample, 0, {out, columns});
  }
  return x * factors.to(x.scalar_type());
}

torch::Tensor DropoutStream::apply_attention(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                             DropoutLayer layer, double probability) const {
  if (!active(probability) || x.numel() == 0) return x;
  if (generator_.defined()) return fused(x, probability);
  torch::Tensor factors = torch::zeros(x.sizes(), torch::kFloat32);
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    const std::int64_t begin = layout.begin(rows, sample);
    for (std::int64_t head = 0; head < x.size(1); ++head) {
      float* out = factors[sample][head].data_ptr<float>();
      for (std::int64_t query = begin; query < layout.end(rows, sample); ++query) {
        row_factors(layer, probability, sample, attention_row(head, query),
                    {out + (query - begin) * x.size(3), static_cast<std::size_t>(layout.lengths()[sample])});
      }
    }
  }
  return x * factors.to(x.scalar_type());
}

}  // namespace missmodal::trainer
