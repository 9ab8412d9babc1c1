#pragma once
// Adam and AdamW (Loshchilov & Hutter 2019) as torch.optim computes them, after
// torch.nn.utils.clip_grad_norm_ or clip_grad_value_.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "trainer/adamw_loop.h"
#include "trainer/model/model.h"
#include "trainer/model/named_tensors.h"
#include "trainer/model/optimizer_plan.h"
#include "trainer/plateau_schedule.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Who decides about a step. With the device deciding nothing waits for it: what the host would have to know,
// the norm, the number of steps, whether to step, stays a tensor. The formula is one, the rounding is not.
enum class Stepping { host, device };

class Optimizer {
 public:
  // Takes the plan's parameters where they are now: move the model to its device first. The model must
  // outlive this object's use. GPUs decide for themselves.
  Optimizer(const Model& model, OptimizerPlan plan);
  Optimizer(const Model& model, OptimizerPlan plan, Stepping stepping);

  // What an update found, as scalars on the parameters' device.
  struct Step {
    torch::Tensor norm;    // over the gradients, before clipping; undefined if this batch made no update
    torch::Tensor finite;  // bool: whether the loss and the norm were; where the device decides, so far
  };

  // Around the backward pass of every batch. The first of `accumulation` batches drops the gradients of the
  // step before; the last one's end makes the update.
  void begin_batch();
  Step end_batch(const torch::Tensor& loss);
  // Forgets batches that have made no update yet, as at a pass's end.
  void drop_batches();
  // Batches since the last update, and the same of a training that is gone on with, whose parameters have the
  // gradients of these batches.
  int accumulated() const { return batches_; }
  void go_on_after(int accumulated) { batches_ = accumulated; }
  // For the plan's plateau, if it has one.
  void end_epoch(double valid_mae);

  // One update from these parameters' gradients; `loss`, if defined, is what they are gradients of. Where it
  // or the norm is not finite nothing changes; where the device decides, nothing ever changes again, as the
  // host learns of it later. Parameters without a gradient stay as they are.
  Step step(const torch::Tensor& loss = {});
  void zero_grad();

  std::set<std::string> parameters() const;  // names

  // Moments, number of steps and what a plateau remembers, all that the next update depends on beside the
  // parameters: the tensors themselves.
  NamedTensors state() const;

 private:
  struct Parameter {
    std::string name;
    torch::Tensor value;
    torch::Tensor first_moment;
    torch::Tensor second_moment;
    std::size_t group = 0;
  };
  Step host_step(const torch::Tensor& loss);
  Step device_step(const torch::Tensor& loss);
  torch::Tensor device_warmup() const;
  double plateau() const { return plateau_ ? plateau_->factor() : 1; }  // factor of the learning rate
  double gradient_norm() const;
  double warmup() const;  // factor of the learning rate at this step
  void update(Parameter& parameter, const torch::Tensor& gradient, AdamWUpdate update) const;

  OptimizerPlan plan_;
  std::optional<PlateauSchedule> plateau_;
  std::vector<Parameter> parameters_;  // in the model's order, which is the order that norms are summed in
  Stepping stepping_;
  torch::Tensor steps_;    // int64 scalar, where the decision is made
  torch::Tensor stopped_;  // bool scalar: whether something was not finite; of Stepping::device
  int batches_ = 0;        // since the last update
};

}  // namespace missmodal::trainer
