#pragma once
// Turns one modality's sequences into one vector each.

#include <cstdint>

#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"
#include "trainer/model/ragged.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class ModalityEncoder : public ParameterModule {
 public:
  // rows: (layout.rows(), features) floating, or (layout.rows()) int64 token ids -> (batch, width()).
  torch::Tensor encode(const torch::Tensor& rows, const RaggedLayout& layout, const DropoutStream& dropout) {
    // The library's recurrent kernels refuse a batch of none.
    if (layout.batch() == 0)
      return torch::zeros({0, width()}, parameters(/*recurse=*/true).front().options());
    return encode_some(rows, layout, dropout);
  }
  virtual std::int64_t width() const = 0;

 protected:
  // The same for a batch that is not empty.
  virtual torch::Tensor encode_some(const torch::Tensor& rows, const RaggedLayout& layout,
                                    const DropoutStream& dropout) = 0;
};

}  // namespace missmodal::trainer
