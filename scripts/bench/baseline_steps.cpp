// Trains models step by step, on request: our half of scripts/bench/baselines.
//   baseline_steps SWEEP.yaml
// Lines of standard input: `model NAME` makes one with its defaults, `steps N` takes so many steps of it.
// Each is answered by a line of JSON, seconds being the processor's. A step is one batch, the next ones of
// the split in turn, through every stage of every pass, optimisers and all, as in the middle of a second
// epoch.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/exit_code.h"
#include "sweeps/sweep_file.h"
#include "trainer/batch.h"
#include "trainer/model/model.h"
#include "trainer/optimizer.h"
#include "trainer/stage.h"
#include "trainer/threads.h"

namespace missmodal::trainer {
namespace {

constexpr std::int64_t kFarIntoAPass = 1000;  // as a model sees it that does something else at the beginning

class Steps {
 public:
  Steps(const sweeps::Configuration& configuration, const Dataset& dataset)
      : configuration_(configuration),
        train_(dataset.split(sweeps::SplitName::train)),
        collator_(normalization_of(dataset, configuration.normalize), torch::kCPU),
        model_(make_model(configuration, widths_of(dataset))) {
    model_->begin_training(static_cast<std::int64_t>(train_.size()));
    for (OptimizerPlan& plan : model_->optimizers(configuration.training))
      optimizers_.emplace_back(*model_, std::move(plan));
    for (const TrainingPass& pass : model_->epoch()) {
      auto& stages = passes_.emplace_back();
      for (const TrainingPass::Stage& stage : pass.stages) {
        std::vector<Optimizer*> stepping;
        for (const std::size_t place : stage.optimizers) stepping.push_back(&optimizers_.at(place));
        if (stepping.empty()) {
          for (Optimizer& optimizer : optimizers_) stepping.push_back(&optimizer);
        }
        stages.push_back(std::make_unique<Stage>(*model_, std::move(stepping), Group()));
      }
    }
    model_->train();
  }

  nlohmann::json described() const {
    std::int64_t parameters = 0;
    for (const torch::Tensor& parameter : model_->parameters()) parameters += parameter.numel();
    return {{"parameters", parameters}, {"batch_size", configuration_.training.batch_size}};
  }

  // Yields the last loss.
  float take(int steps) {
    float loss = 0;
    for (int step = 0; step < steps; ++step) loss = this->step();
    return loss;
  }

 private:
  float step() {
    const auto size = static_cast<std::size_t>(configuration_.training.batch_size);
    std::vector<std::size_t> indices(size);
    for (std::size_t& index : indices) index = next_++ % train_.size();
    Context context;
    context.seed = static_cast<std::uint64_t>(configuration_.seed);
    context.epoch = 2;
    context.batch = kFarIntoAPass;
    float last = 0;
    for (const auto& stages : passes_) {
      const Batch batch = collator_.collate(train_, indices);
      context.stage = 0;
      for (const auto& stage : stages) {
        last = step(batch, context, *stage);
        ++context.stage;
      }
      ++context.pass;
    }
    return last;
  }

  float step(const Batch& batch, Context& context, Stage& stage) {
    context.step = taken_++;
    const Stage::Turn turn(stage);
    for (Optimizer* optimizer : stage.optimizers()) optimizer->begin_batch();
    const Losses losses = model_->loss(model_->forward(batch, context), batch, context);
    context.group.backward(losses.total);
    for (Optimizer* optimizer : stage.optimizers()) optimizer->end_batch(losses.total);
    return losses.total.item<float>();
  }

  sweeps::Configuration configuration_;
  const Split& train_;
  Collator collator_;
  std::shared_ptr<Model> model_;
  std::vector<Optimizer> optimizers_;
  std::vector<std::vector<std::unique_ptr<Stage>>> passes_;
  std::size_t next_ = 0;    // utterance
  std::int64_t taken_ = 0;  // stages
};

void serve(const std::string& sweep_file) {
  set_threads(1);
  std::shared_ptr<const Dataset> dataset;
  std::unique_ptr<Steps> steps;
  std::string word;
  while (std::cin >> word) {
    nlohmann::json answer;
    if (word == "model") {
      std::string name;
      std::cin >> name;
      const sweeps::Sweep sweep = sweeps::read_sweep(sweep_file, {"model.name=" + name});
      if (!dataset) dataset = Dataset::open(sweep.dataset_path);
      steps = std::make_unique<Steps>(sweep.base, *dataset);
      answer = steps->described();
    } else {
      int count = 0;
      std::cin >> count;
      MISSMODAL_CHECK(steps && word == "steps" && count > 0);
      const std::clock_t start = std::clock();
      const float loss = steps->take(count);
      answer = {{"seconds", static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / count},
                {"loss", loss}};
    }
    fmt::print("{}\n", answer.dump());
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace missmodal::trainer

int main(int argc, char** argv) {
  using namespace missmodal;
  if (argc != 2) {
    fmt::print(stderr, "baseline_steps: expected a sweep file\n");
    return kExitBadInput;
  }
  try {
    trainer::serve(argv[1]);
  } catch (const InputError& error) {
    for (const Mistake& mistake : error.mistakes())
      fmt::print(stderr, "{}: {}\n", mistake.place, mistake.reason);
    return kExitBadInput;
  }
  return kExitOk;
}
