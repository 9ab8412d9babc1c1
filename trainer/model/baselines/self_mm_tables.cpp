#include "trainer/model/baselines/self_mm_tables.h"

#include <string>
#include <vector>

#include "trainer/model/baselines/loss_sum.h"

namespace missmodal::trainer {
namespace {

constexpr double kTiny = 1e-8;
constexpr double kLargestLabel = 3;
constexpr std::array<const char*, kSelfMmTasks> kTaskNames{"T", "A", "V", "M"};

torch::Tensor mean_of(const torch::Tensor& rows, const torch::Tensor& chosen) {
  const torch::Tensor weight = chosen.to(rows.scalar_type());
  return weight.unsqueeze(0).mm(rows).squeeze(0) / weight.sum().clamp_min(1);
}

}  // namespace

SelfMmTables::SelfMmTables(std::int64_t utterances, const std::array<std::int64_t, kSelfMmTasks>& widths) {
  for (std::size_t i = 0; i < kSelfMmTasks; ++i) {
    tasks_[i] = {torch::zeros({utterances}), torch::zeros({utterances, widths[i]}), torch::zeros({widths[i]}),
                 torch::zeros({widths[i]})};
  }
}

void SelfMmTables::to(torch::Device device, torch::ScalarType type) {
  for (Task& task : tasks_) {
    for (torch::Tensor* table : {&task.labels, &task.features, &task.positive, &task.negative})
      *table = table->to(device, type);
  }
}

NamedTensors SelfMmTables::tables() const {
  NamedTensors tables;
  for (std::size_t i = 0; i < kSelfMmTasks; ++i) {
    const std::string name = kTaskNames[i];
    tables.emplace_back("label_" + name, tasks_[i].labels);
    tables.emplace_back("feature_" + name, tasks_[i].features);
    tables.emplace_back("centre_" + name + "_positive", tasks_[i].positive);
    tables.emplace_back("centre_" + name + "_negative", tasks_[i].negative);
  }
  return tables;
}

Losses SelfMmTables::losses(const SelfMmOutput& output, const Batch& batch, int epoch, const Group& group) {
  // Nobody's label has moved before the second epoch; a table that has not met the utterance has none.
  const auto label_of = [&](std::size_t task) {
    return epoch <= 1 || task == kSelfMmFused ? batch.labels
                                              : tasks_[task].labels.index_select(0, batch.utterances);
  };
  LossSum sum(group);
  for (const std::size_t task : {kSelfMmFused, std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    const torch::Tensor label = label_of(task);
    torch::Tensor error = (output.predictions[task] - label).abs();
    if (task != kSelfMmFused) error = error * (label - batch.labels).abs().tanh();
    sum.add_share(kTaskNames[task], error.sum() / batch.global_size);
  }
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> own;
  std::vector<std::int64_t> widths;
  for (const torch::Tensor& features : output.features) {
    own.push_back(features.detach());
    widths.push_back(features.size(1));
  }
  own.push_back(batch.labels.unsqueeze(1));
  widths.push_back(1);
  const auto all = group.gather(torch::cat(own, 1), 0, batch.shares).split_with_sizes(widths, 1);
  update({all[0], all[1], all[2], all[3]}, all[4].squeeze(1), group.gather(batch.utterances, 0, batch.shares),
         epoch);
  return sum.losses();
}

torch::Tensor SelfMmTables::lean(const Task& task, const torch::Tensor& features) {
  const torch::Tensor positive = (features - task.positive).norm(2, 1);
  const torch::Tensor negative = (features - task.negative).norm(2, 1);
  return (negative - positive) / (positive + kTiny);
}

void SelfMmTables::update(const std::array<torch::Tensor, kSelfMmTasks>& features,
                          const torch::Tensor& labels, const torch::Tensor& utterances, int epoch) {
  const torch::Tensor fused = lean(tasks_[kSelfMmFused], features[kSelfMmFused]);
  for (std::size_t i = 0; i < kSelfMmTasks; ++i) {
    Task& task = tasks_[i];
    torch::Tensor moved = labels;
    if (epoch > 1 && i != kSelfMmFused) {
      const torch::Tensor own = lean(task, features[i]);
      const torch::Tensor target = (0.5 * (own / (fused + kTiny)) * labels + 0.5 * (labels + own - fused))
                                       .clamp(-kLargestLabel, kLargestLabel);
      const double n = epoch;
      moved = (n - 1) / (n + 1) * task.labels.index_select(0, utterances) + 2 / (n + 1) * target;
    }
    task.labels.index_copy_(0, utterances, moved);
    task.features.index_copy_(0, utterances, features[i]);
  }
  for (Task& task : tasks_) {
    task.positive.copy_(mean_of(task.features, task.labels > 0));
    task.negative.copy_(mean_of(task.features, task.labels < 0));
  }
}

}  // namespace missmodal::trainer
