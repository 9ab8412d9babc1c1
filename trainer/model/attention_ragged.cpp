#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "trainer/model/attention.h"
#include "trainer/model/small_product.h"

namespace missmodal::trainer {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

std::int64_t padded(std::int64_t size) {
  return (size + kLanes - 1) / kLanes * kLanes;
}

// Rows of one sequence and head within a (rows, width) tensor.
struct HeadSlice {
  float* data;
  std::int64_t row;
};

// One sequence and head. `pitch` and `wide` are keys and width, padded. `probabilities` and `factors`
// (queries, pitch).
struct Head {
  std::int64_t queries;
  std::int64_t keys;
  std::int64_t width;
  std::int64_t pitch;
  std::int64_t wide;
  float scale;
  float* probabilities;
  const float* factors;  // null: no dropout
};

// Room for the copies of one head's matrices, of the longest sequence's size. Rows are padded with zeros.
class Scratch {
 public:
  Scratch(std::int64_t longest, std::int64_t width) {
    const std::int64_t size = padded(longest) * std::max(padded(longest), padded(width));
    for (std::vector<float>& matrix : matrices_) matrix.assign(static_cast<std::size_t>(size), 0.0F);
  }
  float* matrix(int number) { return matrices_[number].data(); }

 private:
  std::vector<float> matrices_[6];
};

MISSMODAL_INLINE void copy_rows(const HeadSlice& from, std::int64_t rows, const Head& head, float factor,
                                float* to) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < head.width; ++j)
      to[i * head.wide + j] = from.data[i * from.row + j] * factor;
    for (std::int64_t j = head.width; j < head.wide; ++j) to[i * head.wide + j] = 0;
  }
}

// The keys' or values' transpose: (width, pitch).
MISSMODAL_INLINE void copy_columns(const HeadSlice& from, const Head& head, float* to) {
  for (std::int64_t j = 0; j < head.width; ++j) {
    for (std::int64_t i = 0; i < head.keys; ++i) to[j * head.pitch + i] = from.data[i * from.row + j];
    for (std::int64_t i = head.keys; i < head.pitch; ++i) to[j * head.pitch + i] = 0;
  }
}

MISSMODAL_INLINE void put_rows(const float* from, std::int64_t rows, const Head& head, float factor,
                               const HeadSlice& to) {
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < head.width; ++j) to.data[i * to.row + j] = from[i * head.wide + j] * factor;
  }
}

MISSMODAL_INLINE void softmax_row(float* row, std::int64_t keys, std::int64_t pitch) {
  float largest = row[0];
  for (std::int64_t j = 1; j < keys; ++j) largest = row[j] > largest ? row[j] : largest;
  for (std::int64_t j = 0; j < pitch; ++j) row[j] = fast_exp(row[j] - largest);
  for (std::int64_t j = keys; j < pitch; ++j) row[j] = 0;
  const float inverse = 1 / sum_of(row, pitch);
  for (std::int64_t j = 0; j < pitch; ++j) row[j] *= inverse;
}

// to = probabilities with dropout
MISSMODAL_INLINE void drop_out(const Head& head, float* to) {
  for (std::int64_t i = 0; i < head.queries * head.pitch; ++i)
    to[i] = head.probabilities[i] * head.factors[i];
}

MISSMODAL_VECTORIZED void head_forward(const Head& head, HeadSlice query, HeadSlice key, HeadSlice value,
                                       HeadSlice out, Scratch& scratch) {
  float *q = scratch.matrix(0), *k = scratch.matrix(1), *v = scratch.matrix(2), *dropped = scratch.matrix(3),
        *mixed = scratch.matrix(4);
  copy_rows(query, head.queries, head, head.scale, q);
  copy_columns(key, head, k);
  copy_rows(value, head.keys, head, 1, v);
  small_product({q, head.wide}, k, head.pitch, head.probabilities, head.pitch, head.queries, head.width,
                head.pitch);
  for (std::int64_t i = 0; i < head.queries; ++i)
    softmax_row(head.probabilities + i * head.pitch, head.keys, head.pitch);
  const float* weights = head.probabilities;
  if (head.factors) {
    drop_out(head, dropped);
    weights = dropped;
  }
  small_product({weights, head.pitch}, v, head.wide, mixed, head.wide, head.queries, head.keys, head.wide);
  put_rows(mixed, head.queries, head, 1, out);
}

MISSMODAL_VECTORIZED void head_backward(const Head& head, HeadSlice query, HeadSlice key, HeadSlice value,
                                        HeadSlice d_out, HeadSlice d_query, HeadSlice d_key,
                                        HeadSlice d_value, Scratch& scratch) {
  float *rows = scratch.matrix(0), *v = scratch.matrix(1), *d_mixed = scratch.matrix(2),
        *d_scores = scratch.matrix(3), *dropped = scratch.matrix(4), *result = scratch.matrix(5);
  copy_rows(d_out, head.queries, head, 1, d_mixed);
  copy_columns(value, head, v);
  small_product({d_mixed, head.wide}, v, head.pitch, d_scores, head.pitch, head.queries, head.width,
                head.pitch);
  const float* weights = head.probabilities;
  if (head.factors) {
    drop_out(head, dropped);
    weights = dropped;
    for (std::int64_t i = 0; i < head.queries * head.pitch; ++i) d_scores[i] *= head.factors[i];
  }
  // d value = weights' d out
  small_product(ConstMatrix{weights, head.pitch}.transposed(), d_mixed, head.wide, result, head.wide,
                head.keys, head.queries, head.wide);
  put_rows(result, head.keys, head, 1, d_value);
  // Softmax: d score = p (d p - sum p d p).
  for (std::int64_t i = 0; i < head.queries; ++i) {
    const float* p = head.probabilities + i * head.pitch;
    float* d = d_scores + i * head.pitch;
    const float along = dot(p, d, head.pitch);
    for (std::int64_t j = 0; j < head.pitch; ++j) d[j] = p[j] * (d[j] - along);
  }
  copy_rows(key, head.keys, head, head.scale, rows);
  small_product({d_scores, head.pitch}, rows, head.wide, result, head.wide, head.queries, head.keys,
                head.wide);
  put_rows(result, head.queries, head, 1, d_query);
  copy_rows(query, head.queries, head, head.scale, rows);
  small_product(ConstMatrix{d_scores, head.pitch}.transposed(), rows, head.wide, result, head.wide, head.keys,
                head.queries, head.wide);
  put_rows(result, head.keys, head, 1, d_key);
}

// Calls f(head, first query row, first key row, column) for every sequence and head, in the order in which
// their probabilities and factors follow one another.
template <typename F>
void for_each_head(const RaggedLayout& layout, Rows rows, std::int64_t heads, std::int64_t width,
                   float* probabilities, const float* factors, F&& f) {
  const std::int64_t head_width = width / heads;
  std::int64_t query_row = 0;
  std::int64_t offset = 0;
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    const std::int64_t queries = layout.end(rows, sample) - layout.begin(rows, sample);
    const std::int64_t keys = layout.lengths()[sample];
    for (std::int64_t number = 0; number < heads; ++number) {
      const Head head{queries,
                      keys,
                      head_width,
                      padded(keys),
                      padded(head_width),
                      1 / std::sqrt(static_cast<float>(head_width)),
                      probabilities + offset,
                      factors ? factors + offset : nullptr};
      f(head, query_row, layout.offsets()[sample], number * head_width);
      offset += queries * head.pitch;
    }
    query_row += queries;
  }
}

std::int64_t probability_count(const RaggedLayout& layout, Rows rows, std::int64_t heads) {
  std::int64_t count = 0;
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    count +=
        heads * (layout.end(rows, sample) - layout.begin(rows, sample)) * padded(layout.lengths()[sample]);
  }
  return count;
}

DropoutFactors attention_factors(const RaggedLayout& layout, const AttentionOptions& options,
                                 const DropoutStream& dropout) {
  if (!dropout.active(options.dropout)) return {};
  const torch::Tensor factors =
      torch::empty({probability_count(layout, options.rows, options.heads)}, torch::kFloat32);
  float* out = factors.data_ptr<float>();
  for (std::int64_t sample = 0; sample < layout.batch(); ++sample) {
    const auto pitch = static_cast<std::size_t>(padded(layout.lengths()[sample]));
    for (std::int64_t head = 0; head < options.heads; ++head) {
      for (std::int64_t query = layout.begin(options.rows, sample); query < layout.end(options.rows, sample);
           ++query) {
        dropout.row_factors(options.dropout_layer, options.dropout, sample,
                            DropoutStream::attention_row(head, query), {out, pitch});
        out += pitch;
      }
    }
  }
  return {factors};
}

// A tensor whose rows are contiguous, whatever lies between them.
torch::Tensor with_rows(const torch::Tensor& x) {
  return x.stride(1) == 1 ? x : x.contiguous();
}

HeadSlice slice(const torch::Tensor& x, std::int64_t row, std::int64_t column) {
  return {x.data_ptr<float>() + row * x.stride(0) + column, x.stride(0)};
}

// A layout for the way back: autograd keeps tensors and values of LibTorch's own types, or one of these.
struct KeptLayout : torch::CustomClassHolder {
  explicit KeptLayout(const RaggedLayout& kept) : layout(kept) {}
  RaggedLayout layout;
};

struct RaggedAttention : torch::autograd::Function<RaggedAttention> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& query, const torch::Tensor& key,
                               const torch::Tensor& value, const DropoutFactors& factors,
                               const RaggedLayout& layout, Rows rows, std::int64_t heads) {
    const torch::Tensor q = with_rows(query), k = with_rows(key), v = with_rows(value);
    const torch::Tensor out = torch::empty({q.size(0), q.size(1)}, q.options());
    const torch::Tensor probabilities = torch::empty({probability_count(layout, rows, heads)}, q.options());
    Scratch scratch(layout.longest(), q.size(1) / heads);
    for_each_head(layout, rows, heads, q.size(1), probabilities.data_ptr<float>(), factors.data(),
                  [&](const Head& head, std::int64_t query_row, std::int64_t key_row, std::int64_t column) {
                    head_forward(head, slice(q, query_row, column), slice(k, key_row, column),
                                 slice(v, key_row, column), slice(out, query_row, column), scratch);
                  });
    context->save_for_backward({q, k, v, factors.values, probabilities});
    context->saved_data["layout"] = c10::IValue::make_capsule(c10::make_intrusive<KeptLayout>(layout));
    context->saved_data["rows"] = static_cast<std::int64_t>(rows);
    context->saved_data["heads"] = heads;
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &q = saved[0], &k = saved[1], &v = saved[2], &probabilities = saved[4];
    const DropoutFactors factors{saved[3]};
    const auto kept = context->saved_data["layout"].toCapsule();
    const RaggedLayout& layout = static_cast<const KeptLayout&>(*kept).layout;
    const auto rows = static_cast<Rows>(context->saved_data["rows"].toInt());
    const std::int64_t heads = context->saved_data["heads"].toInt();
    const torch::Tensor d_out = with_rows(gradients[0]);
    const torch::Tensor d_q = torch::empty({q.size(0), q.size(1)}, q.options());
    const torch::Tensor d_k = torch::empty({k.size(0), k.size(1)}, q.options());
    const torch::Tensor d_v = torch::empty({v.size(0), v.size(1)}, q.options());
    Scratch scratch(layout.longest(), q.size(1) / heads);
    for_each_head(layout, rows, heads, q.size(1), probabilities.data_ptr<float>(), factors.data(),
                  [&](const Head& head, std::int64_t query_row, std::int64_t key_row, std::int64_t column) {
                    head_backward(head, slice(q, query_row, column), slice(k, key_row, column),
                                  slice(v, key_row, column), slice(d_out, query_row, column),
                                  slice(d_q, query_row, column), slice(d_k, key_row, column),
                                  slice(d_v, key_row, column), scratch);
                  });
    return {d_q, d_k, d_v, {}, {}, {}, {}};
  }
};

}  // namespace

torch::Tensor attend_ragged(const AttentionInput& input, const RaggedLayout& layout,
                            const AttentionOptions& options, const DropoutStream& dropout) {
  return RaggedAttention::apply(input.query, input.key, input.value,
                                attention_factors(layout, options, dropout), layout, options.rows,
                                static_cast<std::int64_t>(options.heads));
}

}  // namespace missmodal::trainer
