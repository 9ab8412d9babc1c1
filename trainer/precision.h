#pragma once
// The arithmetic that `training.precision` asks for, as LibTorch is told of it.

#include <optional>

#include "sweeps/configuration.h"
#include "trainer/model/own_loops.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Of parameters and data. bf16 keeps its weights in float32 and casts inside the operations.
torch::ScalarType floating_type(sweeps::Precision precision);

// While it lives, matrix products and cuDNN take TF32 if and only if the precision is tf32: LibTorch's own
// default lets cuDNN take it for fp32 too. For the whole process, so one precision at a time.
class Tf32 {
 public:
  explicit Tf32(sweeps::Precision precision);
  ~Tf32();
  Tf32(const Tf32&) = delete;
  Tf32& operator=(const Tf32&) = delete;

 private:
  bool products_before_;
  bool cudnn_before_;
};

// While it lives and is on, LibTorch takes only operations that give the same bits every time, and throws
// where it has none. cuBLAS wants CUBLAS_WORKSPACE_CONFIG in the environment for that. For the whole process.
class Deterministic {
 public:
  explicit Deterministic(bool on);
  ~Deterministic();
  Deterministic(const Deterministic&) = delete;
  Deterministic& operator=(const Deterministic&) = delete;

 private:
  bool before_;
  bool cudnn_before_;
};

// While it lives and the precision is bf16, this thread's operations on that kind of device cast to bfloat16
// where LibTorch's autocast does. Around forward passes; a backward pass follows its forward one.
class Autocast {
 public:
  Autocast(sweeps::Precision precision, torch::Device device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
  torch::DeviceType device_;
  std::optional<LibraryOnly> library_;  // our loops know no casts
};

}  // namespace missmodal::trainer
