#include "coordinator/main/measure.h"

#include <chrono>
#include <vector>

#include "coordinator/main/device_here.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"

namespace missmodal::coordinator {
namespace {

constexpr std::size_t kWarmUpSteps = 1;
constexpr std::size_t kMeasuredSteps = 10;

}  // namespace

std::optional<double> measure_cell_seconds(const sweeps::Sweep& sweep,
                                           const sweeps::Configuration& configuration,
                                           const trainer::Dataset& dataset) {
  using Clock = std::chrono::steady_clock;
  trainer::set_threads(sweep.resources.threads_per_trial);
  std::vector<Clock::time_point> starts;  // of the steps
  trainer::TrialHooks hooks;
  const torch::Device device = device_here(sweep.resources);
  hooks.interrupted = [&starts, &device] {
    if (device.is_cuda()) torch::cuda::synchronize();  // steps are only queued there
    starts.push_back(Clock::now());
    return starts.size() > kWarmUpSteps + kMeasuredSteps;
  };
  trainer::train_trial(configuration, dataset, {sweep.evaluation, dataset}, device, hooks);
  if (starts.size() <= kWarmUpSteps + 1) return std::nullopt;
  const std::chrono::duration<double> elapsed = starts.back() - starts[kWarmUpSteps];
  const double step_seconds = elapsed.count() / static_cast<double>(starts.size() - 1 - kWarmUpSteps);
  const std::size_t utterances = dataset.split(sweeps::SplitName::train).size();
  const auto batch_size = static_cast<std::size_t>(configuration.training.batch_size);
  const std::size_t steps = (utterances + batch_size - 1) / batch_size;
  return step_seconds * static_cast<double>(steps) * configuration.training.max_epochs;
}

}  // namespace missmodal::coordinator
