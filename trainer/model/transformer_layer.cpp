#include "trainer/model/transformer_layer.h"

#include "trainer/model/attention.h"
#include "trainer/model/residual_norm.h"

namespace missmodal::trainer {

namespace {

torch::Tensor linear(const torch::Tensor& x, const LinearParameters& parameters) {
  return torch::linear(x, parameters.weight, parameters.bias);
}

LinearParameters part(const LinearParameters& stacked, std::int64_t first, std::int64_t last) {
  return {stacked.weight.slice(0, first, last), stacked.bias.slice(0, first, last)};
}

AttentionInput project(const torch::Tensor& x, const torch::Tensor& queried, Rows rows,
                       const std::vector<LinearParameters>& in) {
  if (in.size() == 3) return {linear(queried, in[0]), linear(x, in[1]), linear(x, in[2])};
  const std::int64_t width = x.size(1);
  if (rows == Rows::all) {
    const auto parts = linear(x, in[0]).split(width, 1);
    return {parts[0], parts[1], parts[2]};
  }
  const auto parts = linear(x, part(in[0], width, 3 * width)).split(width, 1);
  return {linear(queried, part(in[0], 0, width)), parts[0], parts[1]};
}

}  // namespace

torch::Tensor transformer_layer(const torch::Tensor& x, const RaggedLayout& layout, Rows rows,
                                const TransformerParameters& parameters, const TransformerOptions& options,
                                const DropoutStream& dropout) {
  const auto site = [&](std::uint32_t place, double probability) {
    return DropoutSite{dropout, layout, rows, {options.owner, options.layer, place}, probability};
  };
  const torch::Tensor residual = layout.select(x, rows);
  const AttentionOptions attention{
      options.heads, rows, {options.owner, options.layer, 0}, options.attention_dropout};
  const torch::Tensor mixed = attend(project(x, residual, rows, parameters.in), layout, attention, dropout);
  const torch::Tensor y =
      residual_norm(residual, linear(mixed, parameters.out), site(1, options.hidden_dropout),
                    parameters.norm1, options.norm_epsilon);
  const torch::Tensor inner = linear(y, parameters.linear1);
  const DropoutSite inside = site(2, options.activation_dropout);
  const torch::Tensor activated =
      options.activation == Activation::relu
          ? relu_dropout(inner, inside)
          : dropout.apply(torch::gelu(inner), layout, rows, inside.layer, inside.probability);
  return residual_norm(y, linear(activated, parameters.linear2), site(3, options.hidden_dropout),
                       parameters.norm2, options.norm_epsilon);
}

}  // namespace missmodal::trainer
