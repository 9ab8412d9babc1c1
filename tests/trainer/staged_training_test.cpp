// A training in several passes and stages, between threads, against the same training written as a loop over
// torch::optim.

#include <gtest/gtest.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sweeps/shuffle.h"
#include "tests/trainer/gang.h"
#include "tests/trainer/small_dataset.h"
#include "tests/trainer/staged_model.h"
#include "trainer/training.h"

namespace missmodal::trainer {
namespace {

using sweeps::Outcome;
using testing::by_members;
using testing::StagedModel;

constexpr int kEpochs = 3;
constexpr std::size_t kBatch = 4;
constexpr std::int64_t kUtterances = 18;  // four batches of 4 and one of 2; half of them are three

struct Trained {
  std::map<std::string, torch::Tensor> values;
  std::vector<sweeps::EpochRecord> epochs;
  std::vector<StagedModel::Asked> asked;
  std::int64_t steps = 0;
};

class StagedTraining : public ::testing::Test {
 protected:
  StagedTraining() {
    configuration_.seed = 5;
    configuration_.training.batch_size = kBatch;
    configuration_.training.max_epochs = kEpochs;
    configuration_.training.patience = kEpochs;
    configuration_.training.learning_rate = 0.03;
    configuration_.training.precision = sweeps::Precision::fp64;
  }

  std::vector<Trained> train(int size) const {
    return by_members<Trained>(size, [&](Communicator& communicator) {
      const auto model = std::make_shared<StagedModel>();
      Training training(configuration_, *dataset_, model, torch::kCPU, Group(communicator));
      Trained trained;
      TrialHooks hooks;
      // Afterwards the model has the best epoch's.
      hooks.on_epoch = [&](const sweeps::EpochRecord&) {
        trained.values.clear();
        for (const auto& [name, value] : values_of(*model)) trained.values[name] = value.detach().clone();
      };
      EXPECT_EQ(training.run(hooks), Outcome::finished);
      trained.epochs = training.progress().epochs;
      trained.steps = training.progress().step;
      trained.asked = model->asked();
      return trained;
    });
  }

  missmodal::testing::ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ =
      testing::small_dataset(folder_, {.utterances = {kUtterances, 7, 3}});
  sweeps::Configuration configuration_ = testing::small_configuration();
};

std::set<std::string> moved(const StagedModel::Asked& before,
                            const std::map<std::string, torch::Tensor>& now) {
  std::set<std::string> names;
  for (const auto& [name, value] : before.values) {
    if (!torch::equal(value, now.at(name))) names.insert(name);
  }
  return names;
}

const std::set<std::string> kCritic{"critic"};
const std::set<std::string> kBodyAndHead{"body", "head", "norm.bias", "norm.weight"};
const std::set<std::string> kCriticAndHead{"critic", "head"};

const std::set<std::string>& stepped(const StagedModel::Asked& asked) {
  if (asked.pass == 0) return kCritic;
  return asked.stage == 0 ? kBodyAndHead : kCriticAndHead;
}

TEST_F(StagedTraining, StepsInEachStageWhoseTurnItIsAndTrainsNothingElse) {
  const Trained one = train(1).front();
  constexpr std::size_t kSteps = 3 + 2 * 5;  // an epoch's
  ASSERT_EQ(one.asked.size(), kEpochs * kSteps);
  EXPECT_EQ(one.steps, static_cast<std::int64_t>(kEpochs * kSteps));
  for (std::size_t i = 0; i < one.asked.size(); ++i) {
    SCOPED_TRACE(i);
    const StagedModel::Asked& asked = one.asked[i];
    const std::size_t in_epoch = i % kSteps;
    const bool first_pass = in_epoch < 3;
    EXPECT_EQ(asked.pass, first_pass ? 0 : 1);
    EXPECT_EQ(asked.stage, first_pass ? 0 : static_cast<int>((in_epoch - 3) % 2));
    EXPECT_EQ(asked.batch, static_cast<std::int64_t>(first_pass ? in_epoch : (in_epoch - 3) / 2));
    EXPECT_EQ(asked.step, static_cast<std::int64_t>(i));
    for (const auto& [name, trained] : asked.trained)
      EXPECT_EQ(trained, stepped(asked).count(name) == 1) << name;
    EXPECT_EQ(moved(asked, i + 1 < one.asked.size() ? one.asked[i + 1].values : one.values), stepped(asked));
  }
  for (const sweeps::EpochRecord& epoch : one.epochs) {
    std::set<std::string> names;
    for (const auto& [name, loss] : epoch.losses) names.insert(name);
    EXPECT_EQ(names, (std::set<std::string>{"criticism", "first", "late", "task", "total"}));
    EXPECT_NEAR(epoch.losses.at("total"),
                epoch.losses.at("task") + epoch.losses.at("criticism") + epoch.losses.at("late"), 1e-12);
    EXPECT_GT(epoch.losses.at("late"), 0);
  }
}

// The same model, but nothing of Training, its optimisers or its schedule.
class Loop {
 public:
  Loop(const sweeps::Configuration& configuration, const Dataset& dataset)
      : configuration_(configuration), dataset_(dataset) {
    model_->to(torch::kFloat64);
    const auto adam = [&](const std::vector<std::string>& names) {
      std::vector<torch::Tensor> parameters;
      for (const std::string& name : names) parameters.push_back(model_->named_parameters()[name]);
      return std::make_unique<torch::optim::Adam>(
          parameters, torch::optim::AdamOptions(configuration.training.learning_rate).weight_decay(0.01));
    };
    body_ = adam({"body", "norm.weight", "norm.bias"});
    critic_ = adam({"critic"});
    head_ = adam({"head"});
  }

  void train(int epoch) {
    model_->train();
    const auto first = order("missmodal-batches-v1|5|" + std::to_string(epoch));
    for (std::size_t batch = 0; batch < 3; ++batch) step(first, epoch, 0, 0, batch, {critic_.get()});
    const auto second = order("missmodal-batches-v1|5|" + std::to_string(epoch) + "|1");
    for (std::size_t batch = 0; batch < 5; ++batch) {
      step(second, epoch, 1, 0, batch, {body_.get(), head_.get()});
      step(second, epoch, 1, 1, batch, {critic_.get(), head_.get()});
    }
  }

  double validate() {
    const torch::NoGradGuard no_grad;
    model_->eval();
    const Split& split = dataset_.split(sweeps::SplitName::valid);
    std::vector<std::size_t> all(split.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const Batch batch = collator_.collate(split, all);
    return (model_->predict_with(batch, {}) - batch.labels).abs().mean().item<double>();
  }

  // Patience 0: every epoch that is not half as bad as the best one halves the rate.
  void end_epoch(double mae) {
    if (mae < 0.5 * best_) {
      best_ = mae;
      return;
    }
    ++halved;
    auto& options = static_cast<torch::optim::AdamOptions&>(body_->param_groups()[0].options());
    options.lr(options.lr() * 0.5);
  }

  std::map<std::string, torch::Tensor> values() const {
    std::map<std::string, torch::Tensor> values;
    for (const auto& [name, value] : values_of(*model_)) values[name] = value.detach();
    return values;
  }
  int halved = 0;

 private:
  std::vector<std::size_t> order(const std::string& key) const {
    return sweeps::permutation(static_cast<std::size_t>(kUtterances), key);
  }

  void step(const std::vector<std::size_t>& order, int epoch, int pass, int stage, std::size_t number,
            const std::vector<torch::optim::Optimizer*>& optimizers) {
    const std::size_t end = std::min(order.size(), (number + 1) * kBatch);
    const std::vector<std::size_t> indices(order.begin() + static_cast<std::ptrdiff_t>(number * kBatch),
                                           order.begin() + static_cast<std::ptrdiff_t>(end));
    const Batch batch = collator_.collate(dataset_.split(sweeps::SplitName::train), indices);
    const Context context{5, step_++, epoch, Group(), pass, stage, static_cast<std::int64_t>(number)};
    for (torch::optim::Optimizer* optimizer : {body_.get(), critic_.get(), head_.get()})
      optimizer->zero_grad();
    model_->loss(model_->forward(batch, context), batch, context).total.backward();
    for (torch::optim::Optimizer* optimizer : optimizers) optimizer->step();
  }

  const sweeps::Configuration& configuration_;
  const Dataset& dataset_;
  std::shared_ptr<StagedModel> model_ = std::make_shared<StagedModel>();
  Collator collator_{normalization_of(dataset_, configuration_.normalize),
                     torch::TensorOptions(torch::kFloat64)};
  std::unique_ptr<torch::optim::Adam> body_, critic_, head_;
  std::int64_t step_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

TEST_F(StagedTraining, IsTheLoopOverTorchOptim) {
  const Trained one = train(1).front();
  Loop loop(configuration_, *dataset_);
  for (int epoch = 1; epoch <= kEpochs; ++epoch) {
    loop.train(epoch);
    const double mae = loop.validate();
    EXPECT_NEAR(one.epochs[static_cast<std::size_t>(epoch - 1)].valid_mae, mae, 1e-6);  // stored as floats
    loop.end_epoch(mae);
  }
  EXPECT_GE(loop.halved, 2);
  for (const auto& [name, value] : loop.values())
    EXPECT_TRUE(torch::allclose(one.values.at(name), value, 1e-10, 1e-10)) << name;
}

TEST_F(StagedTraining, OfManyIsThatOfOne) {
  for (const auto precision : {sweeps::Precision::fp64, sweeps::Precision::fp32}) {
    configuration_.training.precision = precision;
    const double tolerance = precision == sweeps::Precision::fp64 ? 1e-10 : 1e-5;
    const Trained one = train(1).front();
    for (const int size : {2, 3}) {
      SCOPED_TRACE(size);
      const std::vector<Trained> all = train(size);
      for (const auto& [name, value] : one.values)
        EXPECT_TRUE(torch::allclose(all[0].values.at(name), value, tolerance, tolerance)) << name;
      for (std::size_t i = 0; i < kEpochs; ++i) {
        for (const auto& [name, loss] : one.epochs[i].losses)
          EXPECT_NEAR(all[0].epochs[i].losses.at(name), loss, tolerance) << name;
      }
      for (const Trained& member : all) {
        for (const auto& [name, value] : member.values)
          EXPECT_TRUE(torch::equal(value, all[0].values.at(name))) << name;
      }
    }
  }
}

}  // namespace
}  // namespace missmodal::trainer
