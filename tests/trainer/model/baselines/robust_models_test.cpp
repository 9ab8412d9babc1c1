// Robust training in the models that have it: who is met, and that nobody is met but in training.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sweeps/key.h"
#include "tests/trainer/data_parallel_law.h"
#include "tests/trainer/model/baselines/tiny_baselines.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {
namespace {

struct Shares {
  std::string modality = "text";
  double missing = 0;
  double noise = 0;
};

class RobustModel : public ::testing::TestWithParam<std::string> {
 protected:
  std::shared_ptr<Model> make(const Shares& shares, testing::Dropout dropout) const {
    sweeps::Settings settings{{"training.robust.modality", shares.modality},
                              {"training.robust.missing", shares.missing},
                              {"training.robust.noise", shares.noise},
                              {"evaluation.zero_at.audio", "representation"},
                              {"evaluation.zero_at.vision", "representation"}};
    if (GetParam() == "mult") {
      settings["evaluation.zero_at.audio"] = settings["evaluation.zero_at.vision"] = "input";
    }
    sweeps::Configuration configuration;
    if (GetParam() == "missmodal") {
      testing::add_tiny_text(settings);
      settings["loss.terms"] = {"task"};
      settings["model.fusion_width"] = 4;
      if (dropout == testing::Dropout::off)
        settings["model.dropout"] = settings["model.fusion_dropout"] = 0.0;
      configuration = sweeps::configured(settings);
    } else {
      configuration = testing::tiny_baseline(GetParam(), settings, dropout);
    }
    const auto model = make_model(configuration, testing::kTinyWidths);
    model->begin_training(7);
    return model;
  }
};

TEST_P(RobustModel, TrainsOnWhatItWouldPredictWithoutTheModality) {
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {2, 4, 1, 3}, {6, 1, 2, 4}}});
  const Context context{1111, 3, 2, Group()};
  const auto clean = make({"none"}, testing::Dropout::off);
  for (const Modality modality : kModalities) {
    const auto model = make({std::string(name(modality)), 1, 0}, testing::Dropout::off);
    const torch::Tensor trained = model->forward(batch, context).predictions[0];
    const torch::NoGradGuard no_grad;
    ByModality zeroed{};
    zeroed[static_cast<unsigned>(modality)] = true;
    EXPECT_LE(testing::largest_difference(trained, model->predict_with(batch, zeroed)), 1e-6);
    EXPECT_GT(testing::largest_difference(trained, clean->forward(batch, context).predictions[0]), 1e-4);
    EXPECT_TRUE(torch::equal(model->predict(batch), clean->predict(batch)));
  }
}

TEST_P(RobustModel, MeetsTheSameUtterancesOnAnyNumberOfMembers) {
  for (const testing::Path path : testing::kPaths) {
    if (testing::is_missing(path)) GTEST_SKIP() << "LibTorch sees no GPU";
    testing::expect_data_parallel_law(
        [&] {
          return make({"text", 0.4, 0.3}, testing::Dropout::as_given);
        },
        3, path);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, RobustModel,
                         ::testing::Values("missmodal", "mult", "misa", "self_mm", "mmim"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace missmodal::trainer
