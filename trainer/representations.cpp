#include "trainer/representations.h"

#include <algorithm>
#include <utility>

namespace missmodal::trainer {

std::vector<std::size_t> represented(std::size_t utterances, std::int64_t width) {
  const std::size_t bytes_each = kSubsetCount * sizeof(float) * static_cast<std::size_t>(width);
  const std::size_t most = std::min(kMostRepresented, kMostRepresentationBytes / bytes_each);
  std::vector<std::size_t> chosen(std::min(utterances, most));
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = i * utterances / chosen.size();
  return chosen;
}

std::optional<sweeps::Representations> represent(Model& model, const Split& split, const Collator& collator,
                                                 sweeps::Moment moment, const PassOptions& options) {
  const std::vector<std::size_t> chosen = represented(split.size(), model.representation_width());
  auto values = represent_subsets(model, split, chosen, collator, options);
  if (!values) return std::nullopt;
  return sweeps::Representations{
      moment, {chosen.begin(), chosen.end()}, model.representation_width(), std::move(*values)};
}

}  // namespace missmodal::trainer
