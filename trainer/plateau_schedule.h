#pragma once
// How far a plateau has brought an optimiser's rates down (optimizer_plan.h, Plateau).

#include <limits>

#include "trainer/model/named_tensors.h"
#include "trainer/model/optimizer_plan.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// On the CPU wherever the parameters are, as it is the host that knows the validation MAE.
class PlateauSchedule {
 public:
  explicit PlateauSchedule(const Plateau& plateau) : plateau_(plateau) {}

  void end_epoch(double valid_mae);
  double factor() const { return factor_.item<double>(); }  // of the plan's rates
  NamedTensors state() const;                               // the tensors themselves

 private:
  Plateau plateau_;
  torch::Tensor factor_ = torch::ones({}, torch::kFloat64);
  torch::Tensor best_ = torch::full({}, std::numeric_limits<double>::infinity(), torch::kFloat64);  // MAE
  torch::Tensor waited_ = torch::zeros({}, torch::kInt64);  // epochs since it, or since the factor fell
};

}  // namespace missmodal::trainer
