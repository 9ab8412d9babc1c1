#include <span>
#include <vector>

#include "trainer/model/bilstm.h"
#include "trainer/model/lstm_loop.h"

namespace missmodal::trainer {

torch::Tensor bilstm_loop(const torch::Tensor& x, const RaggedLayout& layout,
                          const std::vector<torch::Tensor>& parameters) {
  const std::span all(parameters);
  return torch::cat({lstm_loop(x, layout, Direction::forward, all.first(4)),
                     lstm_loop(x, layout, Direction::backward, all.last(4))},
                    1);
}

}  // namespace missmodal::trainer
