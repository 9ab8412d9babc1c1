#include "trainer/model/stored_tensor.h"

#include <cstring>

#include "sweeps/error.h"

namespace missmodal::trainer {

torch::Tensor to_float32(const TensorView& view) {
  MISSMODAL_CHECK(is_floating(view.dtype));
  const torch::ScalarType type = view.dtype == DType::F64   ? torch::kFloat64
                                 : view.dtype == DType::F32 ? torch::kFloat32
                                 : view.dtype == DType::F16 ? torch::kFloat16
                                                            : torch::kBFloat16;
  torch::Tensor stored = torch::empty(view.shape, type);
  // A file promises no alignment, so the bytes are copied before they are read as numbers.
  if (!view.bytes.empty()) std::memcpy(stored.data_ptr(), view.bytes.data(), view.bytes.size());
  return stored.to(torch::kFloat32);
}

}  // namespace missmodal::trainer
