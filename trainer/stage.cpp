#include "trainer/stage.h"

#include <set>
#include <string>
#include <utility>

namespace missmodal::trainer {

namespace {

enum class Whose { stepped, others };

// In the model's order; what is frozen is nobody's.
std::vector<torch::Tensor> trained(const Model& model, const std::vector<Optimizer*>& optimizers,
                                   Whose whose) {
  std::set<std::string> stepped;
  for (const Optimizer* optimizer : optimizers) stepped.merge(optimizer->parameters());
  std::vector<torch::Tensor> found;
  for (const auto& parameter : model.named_parameters()) {
    const bool is_stepped = stepped.count(parameter.key()) == 1;
    if (is_stepped == (whose == Whose::stepped) && parameter.value().requires_grad())
      found.push_back(parameter.value());
  }
  return found;
}

}  // namespace

Stage::Stage(const Model& model, std::vector<Optimizer*> optimizers, const Group& group)
    : optimizers_(std::move(optimizers)),
      others_(trained(model, optimizers_, Whose::others)),
      buckets_(trained(model, optimizers_, Whose::stepped), group) {}

}  // namespace missmodal::trainer
