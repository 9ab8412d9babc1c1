#include "trainer/model/parameter_module.h"

#include <cmath>
#include <memory>

namespace missmodal::trainer {

torch::Tensor ParameterModule::declare(const std::string& path, std::vector<std::int64_t> shape,
                                       Initial initial) {
  torch::nn::Module* module = this;
  std::size_t begin = 0;
  for (std::size_t dot; (dot = path.find('.', begin)) != std::string::npos; begin = dot + 1) {
    const std::string child = path.substr(begin, dot - begin);
    const auto children = module->named_children();
    const auto* found = children.find(child);
    module =
        found ? found->get() : module->register_module(child, std::make_shared<torch::nn::Module>()).get();
  }
  torch::Tensor parameter =
      module->register_parameter(path.substr(begin), torch::empty(shape, torch::kFloat32));
  declared_.push_back({path, parameter, initial});
  return parameter;
}

LinearParameters ParameterModule::declare_linear(const std::string& path, std::int64_t in, std::int64_t out) {
  const Initial initial = Initial::uniform(1 / std::sqrt(static_cast<double>(in)));
  return {declare(path + ".weight", {out, in}, initial), declare(path + ".bias", {out}, initial)};
}

LinearParameters ParameterModule::declare_norm(const std::string& path, std::int64_t width) {
  return {declare(path + ".weight", {width}, Initial::constant(1)),
          declare(path + ".bias", {width}, Initial::constant(0))};
}

void ParameterModule::initialize(std::uint64_t seed, const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  for (Declared& declared : declared_) {
    fill(declared.parameter, declared.initial, seed, prefix + "." + declared.path);
  }
}

}  // namespace missmodal::trainer
