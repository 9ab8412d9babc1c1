// Sizes that a sweep file may ask for at its edges: what conflicts() and misfits let through is trained, and
// LibTorch throws at none of it.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "sweeps/key.h"
#include "sweeps/model_kind.h"
#include "tests/trainer/small_dataset.h"
#include "trainer/threads.h"
#include "trainer/train_trial.h"

namespace missmodal::trainer {
namespace {

// Every whole number that is a size: 1, or the least that the key takes; or 3, odd wherever that can be.
enum class Sizes { least, odd };

sweeps::Configuration sized(const sweeps::ModelKind& kind, Sizes sizes, int batch_size) {
  const int size = sizes == Sizes::least ? 1 : 3;
  sweeps::Settings settings{{"model.name", kind.name},
                            {"model.text.encoder", "sequence"},
                            {"model.hidden", size},
                            {"model.layers", 1},
                            {"model.heads", sizes == Sizes::least ? 1 : 2},
                            {"model.feed_forward", 1},
                            {"model.fusion_width", size},
                            {"training.batch_size", batch_size},
                            {"training.max_epochs", 2}};
  for (const sweeps::Key& key : sweeps::own_keys(kind)) {
    if (key.type.kind != sweeps::Kind::whole) continue;
    const bool heads = key.path.ends_with(".heads") || key.path.ends_with(".layers");
    settings[std::string(key.path)] = std::max(heads ? 1 : size, static_cast<int>(key.type.range.low));
  }
  if (kind.name == "misa") settings["model.misa.hidden"] = 2 * size;
  return sweeps::configured(settings);
}

std::vector<std::string> every_model() {
  std::vector<std::string> names;
  for (const sweeps::ModelKind& kind : sweeps::model_kinds()) names.emplace_back(kind.name);
  return names;
}

class EverySize : public ::testing::TestWithParam<std::string> {
 protected:
  EverySize() { set_threads(1); }
  void expect_trained(const Dataset& dataset) const {
    const EvaluationSetup setup(sweeps::EvaluationPlan{}, dataset);
    for (const Sizes sizes : {Sizes::least, Sizes::odd}) {
      for (const int batch_size : {1, 5}) {
        const sweeps::Configuration configuration = sized(sweeps::model_kind(GetParam()), sizes, batch_size);
        ASSERT_TRUE(sweeps::conflicts(configuration).empty());
        const auto trained = train_trial(configuration, dataset, setup, torch::kCPU, {});
        EXPECT_EQ(trained.result.outcome, sweeps::Outcome::finished) << batch_size;
      }
    }
  }
  missmodal::testing::ScratchFolder folder_;
};

TEST_P(EverySize, IsTrained) {
  expect_trained(*testing::small_dataset(folder_));
}

// One number a frame, one frame a sequence; MulT's kernels of 3 would be refused here.
TEST_P(EverySize, IsTrainedOnTheSmallestData) {
  expect_trained(
      *testing::small_dataset(folder_, {.utterances = {6, 2, 2}, .widths = {1, 1, 1}, .longest = 1}));
}

INSTANTIATE_TEST_SUITE_P(Models, EverySize, ::testing::ValuesIn(every_model()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace missmodal::trainer
