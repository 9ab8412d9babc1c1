#pragma once
// A part of a model whose parameters are declared by dotted path, shape and initial distribution, so that
// their names are exactly those of the same network in torch.nn, and nothing draws from a global generator.

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/model/initialize.h"
#include "trainer/model/linear_parameters.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class ParameterModule : public torch::nn::Module {
 public:
  // Fills every parameter; `prefix` is this module's own path in the model.
  void initialize(std::uint64_t seed, const std::string& prefix);

 protected:
  // The handle stays valid when the module moves to another device or dtype. The values are not set yet.
  torch::Tensor declare(const std::string& path, std::vector<std::int64_t> shape, Initial initial);
  // weight (out, in) and bias (out), as torch.nn.Linear draws them: U(-1/sqrt(in), 1/sqrt(in)).
  LinearParameters declare_linear(const std::string& path, std::int64_t in, std::int64_t out);
  LinearParameters declare_norm(const std::string& path, std::int64_t width);  // 1 and 0
  // Part of the state, no parameter; `value` everywhere, at once. The handle stays valid as declare()'s.
  torch::Tensor declare_buffer(const std::string& path, std::vector<std::int64_t> shape, double value);

 private:
  torch::nn::Module& parent_of(const std::string& path);

  struct Declared {
    std::string path;
    torch::Tensor parameter;
    Initial initial;
  };
  std::vector<Declared> declared_;
};

// Fills every part of `model`, each by its own path in it.
void initialize_parts(const torch::nn::Module& model, std::uint64_t seed);

}  // namespace missmodal::trainer
