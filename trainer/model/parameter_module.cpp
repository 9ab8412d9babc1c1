#include "trainer/model/parameter_module.h"

#include <cmath>
#include <memory>

namespace missmodal::trainer {

namespace {

std::string last_name(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace

torch::nn::Module& ParameterModule::parent_of(const std::string& path) {
  torch::nn::Module* module = this;
  std::size_t begin = 0;
  for (std::size_t dot; (dot = path.find('.', begin)) != std::string::npos; begin = dot + 1) {
    const std::string child = path.substr(begin, dot - begin);
    const auto children = module->named_children();
    const auto* found = children.find(child);
    module =
        found ? found->get() : module->register_module(child, std::make_shared<torch::nn::Module>()).get();
  }
  return *module;
}

torch::Tensor ParameterModule::declare(const std::string& path, std::vector<std::int64_t> shape,
                                       Initial initial) {
  torch::Tensor parameter =
      parent_of(path).register_parameter(last_name(path), torch::empty(shape, torch::kFloat32));
  declared_.push_back({path, parameter, initial});
  return parameter;
}

torch::Tensor ParameterModule::declare_buffer(const std::string& path, std::vector<std::int64_t> shape,
                                              double value) {
  return parent_of(path).register_buffer(last_name(path), torch::full(shape, value, torch::kFloat32));
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
    fill(declared.parameter, declared.initial, seed,
         prefix.empty() ? declared.path : prefix + "." + declared.path);
  }
}

void initialize_parts(const torch::nn::Module& model, std::uint64_t seed) {
  for (const auto& item : model.named_modules()) {
    if (auto* part = dynamic_cast<ParameterModule*>(item.value().get())) part->initialize(seed, item.key());
  }
}

}  // namespace missmodal::trainer
