#include "trainer/model/attention.h"

#include <cmath>
#include <limits>

#include "trainer/model/own_loops.h"

namespace missmodal::trainer {

torch::Tensor attend(const AttentionInput& input, const RaggedLayout& layout, const AttentionOptions& options,
                     const DropoutStream& dropout) {
  return takes_own_loops(input.query) ? attend_ragged(input, layout, options, dropout)
                                      : attend_padded(input, layout, options, dropout);
}

torch::Tensor attend_padded(const AttentionInput& input, const RaggedLayout& layout,
                            const AttentionOptions& options, const DropoutStream& dropout) {
  const std::int64_t batch = layout.batch();
  const std::int64_t width = input.key.size(1);
  const std::int64_t head_width = width / options.heads;
  const auto split =
      [&](const torch::Tensor& padded) {  // (batch, time, width) -> (batch, heads, time, head_width)
        return padded.view({batch, padded.size(1), options.heads, head_width}).transpose(1, 2);
      };
  const bool all = options.rows == Rows::all;
  const torch::Tensor query = split(all ? layout.pad(input.query) : input.query.unsqueeze(1));
  const torch::Tensor key = split(layout.pad(input.key));
  const torch::Tensor value = split(layout.pad(input.value));
  const torch::Tensor scores =
      torch::matmul(query * (1 / std::sqrt(static_cast<double>(head_width))), key.transpose(2, 3))
          .masked_fill(layout.padding().view({batch, 1, 1, layout.longest()}),
                       -std::numeric_limits<double>::infinity());
  const torch::Tensor probabilities = dropout.apply_attention(scores.softmax(-1), layout, options.rows,
                                                              options.dropout_layer, options.dropout);
  const torch::Tensor mixed = torch::matmul(probabilities, value).transpose(1, 2).reshape({batch, -1, width});
  return all ? layout.unpad(mixed) : mixed.squeeze(1);
}

}  // namespace missmodal::trainer
