// The baselines that read text by BERT, with a tiny one; baseline_laws_test.cpp has them with word vectors.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "tests/trainer/data_parallel_law.h"
#include "tests/trainer/model/baselines/tiny_baselines.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/baselines/mmim.h"
#include "trainer/model/registry.h"

namespace missmodal::trainer {
namespace {

class TextBaselines : public ::testing::TestWithParam<std::string> {
 protected:
  TextBaselines() { folder_.write("config.json", testing::kTinyBert); }
  sweeps::Configuration configuration(sweeps::Settings settings = {}) const {
    settings["model.text.encoder"] = "bert";
    settings["model.text.weights"] = folder_.path().string();
    settings["model.text.init"] = "random";
    settings.emplace("training.text_learning_rate", 3e-5);
    return testing::tiny_baseline(GetParam(), settings);
  }
  std::shared_ptr<Model> make(const sweeps::Settings& settings = {}) const {
    const auto model = make_model(configuration(settings), testing::kTinyWidths);
    model->begin_training(7);
    return model;
  }
  // By parameter, of one of the model's optimisers.
  std::map<std::string, double> rates(const sweeps::Settings& settings, std::size_t optimizer) const {
    std::map<std::string, double> found;
    const OptimizerPlan plan = make(settings)->optimizers(configuration(settings).training).at(optimizer);
    for (const ParameterGroup& group : plan.groups) {
      for (const std::string& parameter : group.parameters) found[parameter] = group.learning_rate;
    }
    return found;
  }

  testing::TemporaryFolder folder_;
};

TEST_P(TextBaselines, ManyMembersComputeWhatOneDoes) {
  testing::expect_data_parallel_law([&] { return make(); }, 3, testing::Path::loops);
}

TEST_P(TextBaselines, PredictSubsetsAsSevenPassesDo) {
  const torch::NoGradGuard no_grad;
  const Batch batch = testing::random_batch({{{3, 1, 5, 2}, {2, 4, 1, 3}, {6, 1, 2, 4}}});
  const auto model = make();
  const torch::Tensor rows = model->predict(batch);
  EXPECT_LE(testing::largest_difference(rows, model->Model::predict(batch)), 1e-6);
  Batch other = batch;
  other.tokens.rows = torch::ones_like(batch.tokens.rows);
  const torch::Tensor again = model->predict(other);
  for (const Subset subset : kSubsets) {
    const bool same = torch::equal(again[row(subset)], rows[row(subset)]);
    EXPECT_EQ(same, !has(subset, Modality::text)) << name(subset);
  }
}

TEST_P(TextBaselines, StepBertAtItsOwnRateOrNotAtAll) {
  const std::size_t last = GetParam() == "mmim" ? 1 : 0;
  for (const auto& [parameter, rate] : rates({}, last)) {
    if (!parameter.starts_with("text.bert.")) continue;
    EXPECT_EQ(rate, 3e-5) << parameter;
  }
  const sweeps::Settings frozen{{"training.text_learning_rate", 0.0}};
  for (const auto& [parameter, rate] : rates(frozen, last)) EXPECT_FALSE(parameter.starts_with("text.bert."));
  for (const auto& item : make(frozen)->named_parameters())
    EXPECT_EQ(item.value().requires_grad(), !item.key().starts_with("text.bert.")) << item.key();
}

TEST_P(TextBaselines, TakeNoZeroTokens) {
  EXPECT_THROW(make({{"evaluation.zero_at.text", "input"}}), InputError);
}

INSTANTIATE_TEST_SUITE_P(Models, TextBaselines, ::testing::Values("misa", "mag_bert", "self_mm", "mmim"),
                         [](const auto& parameter) { return parameter.param; });

class MmimTraining : public TextBaselines {};

// Each pass steps its own, and yet the norm is that of all gradients.
TEST_P(MmimTraining, StepsEstimatorsInTheFirstPassAndAllOthersInTheSecond) {
  const auto model = make();
  const std::vector<TrainingPass> passes = model->epoch();
  ASSERT_EQ(passes.size(), 2U);
  EXPECT_EQ(passes[0].stages.front().optimizers, std::vector<std::size_t>{0});
  EXPECT_EQ(passes[1].stages.front().optimizers, std::vector<std::size_t>{1});
  const auto first = rates({}, 0), second = rates({}, 1);
  for (const auto& item : model->named_parameters()) {
    ASSERT_TRUE(first.contains(item.key()) && second.contains(item.key())) << item.key();
    EXPECT_EQ(first.at(item.key()) > 0, Mmim::is_estimator(item.key())) << item.key();
    EXPECT_EQ(second.at(item.key()) > 0, !Mmim::is_estimator(item.key())) << item.key();
  }
}

// The third batch of the second pass is the first that looks at the one before.
TEST_P(MmimTraining, HasAnEntropyFromTheThirdBatchOn) {
  const auto model = make({{"training.batch_size", 7}});
  Batch batch =
      testing::random_batch({{{3, 1, 5, 2, 9, 4, 2}, {2, 4, 1, 3, 1, 2, 5}, {6, 1, 2, 4, 3, 8, 1}}});
  batch.labels = torch::tensor({1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 0.0}).to(batch.labels.scalar_type());
  Context context{1111, 5, 1, Group()};
  context.pass = 1;
  for (context.batch = 0; context.batch < 4; ++context.batch) {
    const Losses losses = model->loss(model->forward(batch, context), batch, context);
    ASSERT_EQ(losses.shares.back().first, "entropy");
    EXPECT_EQ(losses.shares.back().second.item<double>() != 0, context.batch >= 2) << context.batch;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, MmimTraining, ::testing::Values("mmim"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace missmodal::trainer
