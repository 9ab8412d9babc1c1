// Target: the whole evaluation of a trained model (7 x N predictions of both splits, every condition and draw
// looked up) costs at most 1.1 times one pass over the same splits with complete modalities.
//   evaluation_matrix SWEEP.yaml [KEY=VALUE...]
// Both are measured in turn, so that a busy machine slows both. Weights are as initialised: time does not
// depend on them.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"
#include "sweeps/exit_code.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"
#include "trainer/prediction.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"

namespace missmodal::trainer {
namespace {

constexpr int kRepetitions = 11;

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + kRepetitions / 2, values.end());
  return values[kRepetitions / 2];
}

void measure(const std::string& sweep_file, const std::vector<std::string>& settings) {
  const sweeps::Sweep sweep = sweeps::read_sweep(sweep_file, settings);
  sweeps::Configuration configuration = sweep.base;
  configuration.evaluation.route = sweeps::resolved_route(configuration);
  set_threads(sweep.resources.threads_per_trial);
  const auto dataset = Dataset::open(sweep.dataset_path);
  const EvaluationSetup setup(sweep.evaluation, *dataset);  // once a process, not once a trial
  const auto model = make_model(configuration, widths_of(*dataset));
  const Collator collator(normalization_of(*dataset, configuration.normalize), torch::kCPU);
  const int batch_size = configuration.training.batch_size;
  const std::vector<std::pair<sweeps::SplitName, const sweeps::MaskTable*>> splits{
      {sweeps::SplitName::valid, &setup.valid}, {sweeps::SplitName::test, &setup.test}};

  std::size_t rows = 0;
  std::vector<double> complete, matrix, look_ups;
  for (int repetition = -1; repetition < kRepetitions; ++repetition) {  // the first warms up
    const double pass = seconds([&] {
      for (const auto& [name, masks] : splits)
        predict_complete(*model, dataset->split(name), collator, {.batch_size = batch_size});
    });
    double evaluating = 0;
    rows = 0;
    const double whole = seconds([&] {
      for (const auto& [name, masks] : splits) {
        const Split& split = dataset->split(name);
        const std::vector<float> predictions =
            predict_subsets(*model, split, collator, {.batch_size = batch_size}).value();
        evaluating +=
            seconds([&] { rows += evaluate(name, predictions, split.labels, setup.plan, *masks).size(); });
      }
    });
    if (repetition < 0) continue;
    complete.push_back(pass);
    matrix.push_back(whole);
    look_ups.push_back(evaluating);
  }
  fmt::print("{} utterances, {} conditions, {} draws, {} rows of metrics, {} threads, medians of {}{}\n",
             dataset->split(sweeps::SplitName::valid).size() + dataset->split(sweeps::SplitName::test).size(),
             setup.plan.conditions.size(), setup.plan.draws, rows, sweep.resources.threads_per_trial,
             kRepetitions, dataset->synthetic() ? ", synthetic data" : "");
  fmt::print("one pass, complete modalities  {:8.1f} ms\n", 1e3 * median(complete));
  fmt::print("whole evaluation               {:8.1f} ms, of which look-ups {:.1f} ms\n", 1e3 * median(matrix),
             1e3 * median(look_ups));
  fmt::print("ratio                          {:8.3f}\n", median(matrix) / median(complete));
}

}  // namespace
}  // namespace missmodal::trainer

int main(int argc, char** argv) {
  using namespace missmodal;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    fmt::print(stderr, "evaluation_matrix: no sweep file given\n");
    return kExitBadInput;
  }
  try {
    trainer::measure(words[0], {words.begin() + 1, words.end()});
  } catch (const InputError& error) {
    for (const Mistake& mistake : error.mistakes())
      fmt::print(stderr, "{}: {}\n", mistake.place, mistake.reason);
    return kExitBadInput;
  }
  return kExitOk;
}
