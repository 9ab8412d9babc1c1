#include "trainer/precision.h"

#include <ATen/Context.h>

#include "trainer/libtorch.h"

namespace missmodal::trainer {

torch::ScalarType floating_type(sweeps::Precision precision) {
  return precision == sweeps::Precision::fp64 ? torch::kFloat64 : torch::kFloat32;
}

Tf32::Tf32(sweeps::Precision precision)
    : products_before_(at::globalContext().allowTF32CuBLAS()),
      cudnn_before_(at::globalContext().allowTF32CuDNN()) {
  at::globalContext().setAllowTF32CuBLAS(precision == sweeps::Precision::tf32);
  at::globalContext().setAllowTF32CuDNN(precision == sweeps::Precision::tf32);
}

Tf32::~Tf32() {
  at::globalContext().setAllowTF32CuBLAS(products_before_);
  at::globalContext().setAllowTF32CuDNN(cudnn_before_);
}

Deterministic::Deterministic(bool on)
    : before_(at::globalContext().deterministicAlgorithms()),
      cudnn_before_(at::globalContext().deterministicCuDNN()) {
  at::globalContext().setDeterministicAlgorithms(on, /*warn_only=*/false);
  at::globalContext().setDeterministicCuDNN(on);
}

Deterministic::~Deterministic() {
  at::globalContext().setDeterministicAlgorithms(before_, /*warn_only=*/false);
  at::globalContext().setDeterministicCuDNN(cudnn_before_);
}

Autocast::Autocast(sweeps::Precision precision, torch::Device device)
    : on_(precision == sweeps::Precision::bf16), device_(device.type()) {
  if (!on_) return;
  library_.emplace();
  at::autocast::increment_nesting();
  libtorch::set_autocast(device_, true);
}

Autocast::~Autocast() {
  if (!on_) return;
  libtorch::set_autocast(device_, false);
  // The casts of the weights are kept from one operation to the next, and stale after an update.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

}  // namespace missmodal::trainer
