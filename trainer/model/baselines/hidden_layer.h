#pragma once
// The hidden layer of a two-layer network, as the tables of hyper-parameters have it.

#include <cstdint>

namespace missmodal::trainer {

struct HiddenLayer {
  std::int64_t width = 0;
  double dropout = 0;  // behind its ReLU
};

}  // namespace missmodal::trainer
