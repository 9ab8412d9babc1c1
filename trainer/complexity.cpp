#include "trainer/complexity.h"

#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "trainer/model/own_loops.h"

namespace missmodal::trainer {
namespace {

constexpr std::size_t kPredictions = 21;  // odd: one is the median

// Goes from the beginning of a product to its end.
struct Product : at::ObserverContext {};

// Of this thread. The library makes some products of others, which are then not counted again.
struct ProductCounter {
  std::int64_t multiply_adds = 0;
  int within = 0;  // products that are being computed
};
thread_local ProductCounter* product_counter = nullptr;

torch::Tensor operand(const at::RecordFunction& operation, std::size_t place) {
  return operation.inputs()[place].toTensor();
}

// (..., n, k) with (..., k, m) or (k): every number of the left one is multiplied m times.
std::int64_t of_product(const torch::Tensor& left, const torch::Tensor& right) {
  return left.numel() * (right.dim() > 1 ? right.size(-1) : 1);
}

// Every number that comes out is made of as many products as one filter has numbers.
std::int64_t of_convolution(const at::RecordFunction& operation) {
  const torch::Tensor x = operand(operation, 0), weight = operand(operation, 1);
  const std::vector<std::int64_t> stride = operation.inputs()[3].toIntVector();
  const std::vector<std::int64_t> padding = operation.inputs()[4].toIntVector();
  const std::vector<std::int64_t> dilation = operation.inputs()[5].toIntVector();
  std::int64_t places = x.size(0);
  for (std::size_t i = 0; i < stride.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i) + 2;
    const std::int64_t seen = dilation[i] * (weight.size(axis) - 1) + 1;
    places *= (x.size(axis) + 2 * padding[i] - seen) / stride[i] + 1;
  }
  return places * weight.numel();
}

// 0: no product.
std::int64_t of_operation(const at::RecordFunction& operation) {
  const std::string_view name = operation.name();
  if (name == "aten::mm" || name == "aten::bmm" || name == "aten::mv" || name == "aten::dot")
    return of_product(operand(operation, 0), operand(operation, 1));
  if (name == "aten::addmm" || name == "aten::baddbmm" || name == "aten::addmv")
    return of_product(operand(operation, 1), operand(operation, 2));
  return name == "aten::convolution" ? of_convolution(operation) : 0;
}

std::unique_ptr<at::ObserverContext> begin_operation(const at::RecordFunction& operation) {
  const std::int64_t count = of_operation(operation);
  if (count == 0) return nullptr;
  if (product_counter->within++ == 0) product_counter->multiply_adds += count;
  return std::make_unique<Product>();
}

void end_operation(const at::RecordFunction& /*operation*/, at::ObserverContext* product) {
  if (product != nullptr) --product_counter->within;
}

}  // namespace

std::int64_t multiply_adds(const std::function<void()>& work) {
  ProductCounter counter;
  product_counter = &counter;
  const at::RecordFunctionGuard enabled;
  const at::CallbackHandle handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operation, end_operation)
                                     .needsInputs(true)
                                     .scopes({at::RecordScope::FUNCTION}));
  try {
    work();
  } catch (...) {
    at::removeCallback(handle);
    product_counter = nullptr;
    throw;
  }
  at::removeCallback(handle);
  product_counter = nullptr;
  return counter.multiply_adds;
}

Batch utterance_of(const std::array<std::int64_t, 3>& lengths, const Widths& widths) {
  const std::array<std::int64_t, 3> width{widths.text, widths.audio, widths.vision};
  Batch batch;
  for (std::size_t i = 0; i < lengths.size(); ++i)
    batch.sequences[i] = {torch::zeros({lengths[i], width[i]}), RaggedLayout({lengths[i]})};
  batch.tokens = {torch::zeros({lengths[0]}, torch::kInt64), batch.sequences[0].layout};
  batch.labels = torch::zeros({1});
  batch.utterances = torch::zeros({1}, torch::kInt64);
  batch.global_size = 1;
  return batch;
}

Complexity complexity_of(Model& model, const Batch& utterance) {
  const torch::NoGradGuard no_grad;
  model.eval();
  Complexity complexity;
  complexity.parameters = used_parameters(model);
  {
    const LibraryOnly library;  // our own loops tell nobody what they multiply
    complexity.multiply_adds = multiply_adds([&] { model.predict_complete(utterance); });
  }
  std::vector<double> seconds;
  for (std::size_t i = 0; i <= kPredictions; ++i) {  // the first warms up
    const auto start = std::chrono::steady_clock::now();
    model.predict_complete(utterance);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (i > 0) seconds.push_back(taken.count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + kPredictions / 2, seconds.end());
  complexity.seconds = seconds[kPredictions / 2];
  return complexity;
}

std::int64_t used_parameters(const Model& model) {
  std::int64_t count = 0;
  for (const auto& parameter : model.named_parameters()) {
    if (model.is_used(parameter.key())) count += parameter.value().numel();
  }
  return count;
}

}  // namespace missmodal::trainer
