#pragma once
// What the public baselines make of word vectors (TextSubNet of TFN, Zadeh et al. 2017): the last state of a
// one-layer LSTM, then Linear.

#include <cstdint>
#include <memory>

#include "trainer/model/lstm.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Parameters: lstm.*, linear.*.
class TextSubNet : public ParameterModule {
 public:
  TextSubNet(std::int64_t in, std::int64_t hidden, std::int64_t out);
  torch::Tensor forward(const RaggedBatch& words);  // -> (b, out)

 private:
  std::shared_ptr<Lstm> lstm_;
  LinearParameters linear_;
};

}  // namespace missmodal::trainer
