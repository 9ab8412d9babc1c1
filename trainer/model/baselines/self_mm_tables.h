#pragma once
// What Self-MM knows of the training split: a label and a feature of every utterance and task, and of every
// task the centres of its features with positive and with negative labels. The same on every member.

#include <array>
#include <cstdint>

#include "trainer/model/baselines/self_mm.h"
#include "trainer/model/model.h"
#include "trainer/model/named_tensors.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

class SelfMmTables {
 public:
  // `utterances`: of the training split. Labels, features and centres are 0 until a batch brings some.
  SelfMmTables(std::int64_t utterances, const std::array<std::int64_t, kSelfMmTasks>& widths);

  // M, T, A, V: the mean over the global batch of w |prediction - label|; M's label is the true one, its w 1;
  // the others' is the table's, their w tanh |label - true label|, so 0 in the first epoch. Then the batch
  // enters the tables, in this order: its labels move (from the second epoch on), by the centres as they
  // were; its features enter; the centres are computed again. Collective.
  Losses losses(const SelfMmOutput& output, const Batch& batch, int epoch, const Group& group);

  // label_T, ..., feature_T, ..., centre_T_positive, ...: the tensors themselves.
  NamedTensors tables() const;
  void to(torch::Device device, torch::ScalarType type);

 private:
  struct Task {
    torch::Tensor labels;    // (utterances)
    torch::Tensor features;  // (utterances, width)
    torch::Tensor positive;  // (width): a centre
    torch::Tensor negative;
  };
  // (b): how much nearer to the positive centre than to the negative one.
  static torch::Tensor lean(const Task& task, const torch::Tensor& features);
  void update(const std::array<torch::Tensor, kSelfMmTasks>& features, const torch::Tensor& labels,
              const torch::Tensor& utterances, int epoch);

  std::array<Task, kSelfMmTasks> tasks_;
};

}  // namespace missmodal::trainer
