#include "trainer/model/baselines/text_sub_net.h"

namespace missmodal::trainer {

TextSubNet::TextSubNet(std::int64_t in, std::int64_t hidden, std::int64_t out)
    : lstm_(register_module("lstm", std::make_shared<Lstm>(in, hidden))),
      linear_(declare_linear("linear", hidden, out)) {}

torch::Tensor TextSubNet::forward(const RaggedBatch& words) {
  return torch::linear(lstm_->last(words.rows, words.layout, DropoutStream()), linear_.weight, linear_.bias);
}

}  // namespace missmodal::trainer
