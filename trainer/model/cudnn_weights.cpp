#include "trainer/model/cudnn_weights.h"

#include <string>
#include <string_view>
#include <vector>

namespace missmodal::trainer {
namespace {

constexpr std::string_view kFirst = "weight_ih_l0";
constexpr std::int64_t kTensorsOfADirection = 4;
constexpr std::int64_t kLstmMode = 2;  // CUDNN_LSTM

std::vector<torch::Tensor> lstm_weights(const torch::OrderedDict<std::string, torch::Tensor>& parameters,
                                        const std::string& path) {
  std::vector<torch::Tensor> weights;
  for (const char* direction : {"", "_reverse"}) {
    for (const char* part : {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}) {
      if (const torch::Tensor* found = parameters.find(path + part + direction)) weights.push_back(*found);
    }
  }
  return weights;
}

}  // namespace

void flatten_cudnn_weights(const torch::nn::Module& module) {
  if (!torch::cuda::cudnn_is_available()) return;
  const torch::NoGradGuard no_grad;
  const auto parameters = module.named_parameters();
  for (const auto& item : parameters) {
    if (!item.key().ends_with(kFirst) || !item.value().is_cuda()) continue;
    const std::vector<torch::Tensor> weights =
        lstm_weights(parameters, item.key().substr(0, item.key().size() - kFirst.size()));
    at::_cudnn_rnn_flatten_weight(weights, kTensorsOfADirection, /*input_size=*/item.value().size(1),
                                  kLstmMode,
                                  /*hidden_size=*/weights[1].size(1), /*proj_size=*/0, /*num_layers=*/1,
                                  /*batch_first=*/false,
                                  /*bidirectional=*/weights.size() > std::size_t{kTensorsOfADirection});
  }
}

}  // namespace missmodal::trainer
