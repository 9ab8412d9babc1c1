#include "trainer/model/residual_norm.h"

#include <cmath>
#include <cstdint>

#include "trainer/model/own_loops.h"
#include "trainer/model/vectorized.h"

namespace missmodal::trainer {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct NormForward {
  const float* residual;
  const float* x;
  const float* factors;  // of dropout; null: none
  const float* weight;
  const float* bias;
  float* out;
  float* normed;   // (x - mean) * inverse
  float* inverse;  // 1 / sqrt(variance + epsilon), one a row
  std::int64_t rows;
  std::int64_t width;
  float epsilon;
};

MISSMODAL_VECTORIZED void norm_forward(const NormForward& a) {
  const float* weight = a.weight;
  const float* bias = a.bias;
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const std::int64_t at = row * a.width;
    float* __restrict normed = a.normed + at;
    float* __restrict out = a.out + at;
    for (std::int64_t i = 0; i < a.width; ++i) {
      normed[i] = a.residual[at + i] + (a.factors ? a.x[at + i] * a.factors[at + i] : a.x[at + i]);
    }
    const float mean = sum_of(normed, a.width) / static_cast<float>(a.width);
    for (std::int64_t i = 0; i < a.width; ++i) normed[i] -= mean;
    const float variance = dot(normed, normed, a.width) / static_cast<float>(a.width);
    const float inverse = 1 / std::sqrt(variance + a.epsilon);
    a.inverse[row] = inverse;
    for (std::int64_t i = 0; i < a.width; ++i) {
      normed[i] *= inverse;
      out[i] = normed[i] * weight[i] + bias[i];
    }
  }
}

struct NormBackward {
  const float* d_out;
  const float* factors;
  const float* weight;
  const float* normed;
  const float* inverse;
  float* d_residual;
  float* d_x;  // null: the same as d_residual
  float* d_weight;
  float* d_bias;
  std::int64_t rows;
  std::int64_t width;
};

MISSMODAL_VECTORIZED void norm_backward(const NormBackward& a) {
  float* __restrict d_weight = a.d_weight;
  float* __restrict d_bias = a.d_bias;
  const float share = 1 / static_cast<float>(a.width);
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const std::int64_t at = row * a.width;
    const float* d_out = a.d_out + at;
    const float* normed = a.normed + at;
    float* __restrict d_residual = a.d_residual + at;
    for (std::int64_t i = 0; i < a.width; ++i) {
      d_weight[i] += d_out[i] * normed[i];
      d_bias[i] += d_out[i];
      d_residual[i] = d_out[i] * a.weight[i];
    }
    const float mean = sum_of(d_residual, a.width) * share;
    const float along = dot(d_residual, normed, a.width) * share;
    for (std::int64_t i = 0; i < a.width; ++i) {
      d_residual[i] = (d_residual[i] - mean - normed[i] * along) * a.inverse[row];
    }
    if (!a.d_x) continue;
    for (std::int64_t i = 0; i < a.width; ++i) a.d_x[at + i] = d_residual[i] * a.factors[at + i];
  }
}

struct ResidualNorm : torch::autograd::Function<ResidualNorm> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& residual,
                               const torch::Tensor& x, const DropoutFactors& factors,
                               const torch::Tensor& weight, const torch::Tensor& bias, double epsilon) {
    const torch::Tensor from = residual.contiguous();
    const torch::Tensor added = x.contiguous();
    const torch::Tensor out = torch::empty_like(from);
    const torch::Tensor normed = torch::empty_like(from);
    const torch::Tensor inverse = torch::empty({x.size(0)}, x.options());
    norm_forward({from.data_ptr<float>(), added.data_ptr<float>(), factors.data(), weight.data_ptr<float>(),
                  bias.data_ptr<float>(), out.data_ptr<float>(), normed.data_ptr<float>(),
                  inverse.data_ptr<float>(), x.size(0), x.size(1), static_cast<float>(epsilon)});
    context->save_for_backward({factors.values, weight, normed, inverse});
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const DropoutFactors factors{saved[0]};
    const torch::Tensor &weight = saved[1], &normed = saved[2], &inverse = saved[3];
    const torch::Tensor d_out = gradients[0].contiguous();
    const torch::Tensor d_residual = torch::empty_like(normed);
    const torch::Tensor d_x = factors.data() ? torch::empty_like(normed) : torch::Tensor();
    const torch::Tensor d_weight = torch::zeros_like(weight);
    const torch::Tensor d_bias = torch::zeros_like(weight);
    norm_backward({d_out.data_ptr<float>(), factors.data(), weight.data_ptr<float>(),
                   normed.data_ptr<float>(), inverse.data_ptr<float>(), d_residual.data_ptr<float>(),
                   d_x.defined() ? d_x.data_ptr<float>() : nullptr, d_weight.data_ptr<float>(),
                   d_bias.data_ptr<float>(), normed.size(0), normed.size(1)});
    return {d_residual, d_x.defined() ? d_x : d_residual, torch::Tensor(), d_weight, d_bias, torch::Tensor()};
  }
};

MISSMODAL_VECTORIZED void relu_forward(const float* x, const float* factors, float* __restrict out,
                                       std::int64_t size) {
  if (factors) {
    for (std::int64_t i = 0; i < size; ++i) out[i] = (x[i] < 0 ? 0.0F : x[i]) * factors[i];
  } else {
    for (std::int64_t i = 0; i < size; ++i) out[i] = x[i] < 0 ? 0.0F : x[i];
  }
}

MISSMODAL_VECTORIZED void relu_backward(const float* d_out, const float* out, float scale,
                                        float* __restrict d_x, std::int64_t size) {
  for (std::int64_t i = 0; i < size; ++i) d_x[i] = out[i] > 0 ? d_out[i] * scale : 0.0F;
}

// What came out positive was positive and kept, so the way back needs no factor.
struct ReluDropout : torch::autograd::Function<ReluDropout> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const DropoutFactors& factors, double scale) {
    const torch::Tensor from = x.contiguous();
    const torch::Tensor out = torch::empty_like(from);
    relu_forward(from.data_ptr<float>(), factors.data(), out.data_ptr<float>(), from.numel());
    context->save_for_backward({out});
    context->saved_data["scale"] = scale;
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const torch::Tensor out = context->get_saved_variables()[0];
    const torch::Tensor d_out = gradients[0].contiguous();
    const torch::Tensor d_x = torch::empty_like(out);
    relu_backward(d_out.data_ptr<float>(), out.data_ptr<float>(),
                  static_cast<float>(context->saved_data["scale"].toDouble()), d_x.data_ptr<float>(),
                  out.numel());
    return {d_x, torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor residual_norm(const torch::Tensor& residual, const torch::Tensor& x, const DropoutSite& site,
                            const LinearParameters& norm, double epsilon) {
  if (takes_own_loops(x)) {
    const DropoutFactors factors =
        site.stream.factors(site.layout, site.rows, x.size(1), site.layer, site.probability);
    return ResidualNorm::apply(residual, x, factors, norm.weight, norm.bias, epsilon);
  }
  const torch::Tensor added = site.stream.apply(x, site.layout, site.rows, site.layer, site.probability);
  return torch::layer_norm(residual + added, {x.size(1)}, norm.weight, norm.bias, epsilon);
}

torch::Tensor relu_dropout(const torch::Tensor& x, const DropoutSite& site) {
  if (takes_own_loops(x)) {
    const DropoutFactors factors =
        site.stream.factors(site.layout, site.rows, x.size(1), site.layer, site.probability);
    return ReluDropout::apply(x, factors, factors.data() ? DropoutStream::scale(site.probability) : 1.0);
  }
  return site.stream.apply(x.relu(), site.layout, site.rows, site.layer, site.probability);
}

}  // namespace missmodal::trainer
