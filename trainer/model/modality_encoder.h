#pragma once
// Turns one modality's sequences into one vector each.

#include <torch/torch.h>

#include <cstdint>

#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"
#include "trainer/model/ragged.h"

namespace missmodal::trainer {

class ModalityEncoder : public ParameterModule {
 public:
  // rows: (layout.rows(), width) float32, or (layout.rows()) int64 token ids -> (batch, width()).
  virtual torch::Tensor encode(const torch::Tensor& rows, const RaggedLayout& layout,
                               const DropoutStream& dropout) = 0;
  virtual std::int64_t width() const = 0;
};

}  // namespace missmodal::trainer
