#include "trainer/model/bert_weights.h"

#include <utility>

#include "trainer/data/bert/bert_folder.h"
#include "trainer/model/stored_tensor.h"

namespace missmodal::trainer {

BertWeightsReport load_bert_weights(BertEncoder& encoder, const std::filesystem::path& folder) {
  const BertWeightFiles files = open_bert_weights(folder);
  auto parameters = encoder.named_parameters();
  std::vector<NamedShape> wanted;
  for (const auto& item : parameters) wanted.push_back({item.key(), item.value().sizes().vec()});
  BertTensors tensors = match_bert_tensors(files, wanted);
  const torch::NoGradGuard no_grad;
  for (auto& item : parameters)
    item.value().copy_(to_float32(*tensors.by_parameter.at(item.key()).tensor.view));
  return {std::move(tensors.ignored)};
}

}  // namespace missmodal::trainer
