#include "trainer/prediction.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/trainer/small_dataset.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::ScratchFolder;
using sweeps::SplitName;

// Predicts label + 10 S in row S, so that a number says whose it is.
class Telltale : public Model {
 public:
  Output forward(const Batch&, const Context&) override { return {}; }
  Losses loss(const Output&, const Batch&, const Context&) override { return {}; }
  torch::Tensor predict(const Batch& batch) override {
    sizes.push_back(batch.size());
    trained = trained || is_training() || torch::GradMode::is_enabled();
    return batch.labels.unsqueeze(0) + 10 * torch::arange(7).unsqueeze(1);
  }
  torch::Tensor predict_with(const Batch& batch, const ByModality&) override { return predict(batch)[0]; }
  std::vector<OptimizerPlan> optimizers(const sweeps::TrainingConfiguration&) const override { return {}; }
  bool is_used(const std::string&) const override { return true; }

  std::vector<std::int64_t> sizes;  // of the batches seen
  bool trained = false;
};

class Prediction : public ::testing::Test {
 protected:
  ScratchFolder folder_;
  std::shared_ptr<const Dataset> dataset_ = testing::small_dataset(folder_);
  const Split& split_ = dataset_->split(SplitName::train);
  Collator collator_{normalization_of(*dataset_, sweeps::Normalize::none), torch::kCPU};
  Telltale model_;
};

TEST_F(Prediction, EveryNumberLandsAtItsUtteranceAndSubset) {
  for (const int batch_size : {1, 5, 12, 64}) {
    SCOPED_TRACE(batch_size);
    const auto matrix = predict_subsets(model_, split_, collator_, {.batch_size = batch_size});
    ASSERT_TRUE(matrix);
    ASSERT_EQ(matrix->size(), 7U * 12);
    for (std::size_t row = 0; row < 7; ++row) {
      for (std::size_t i = 0; i < 12; ++i) {
        EXPECT_FLOAT_EQ((*matrix)[row * 12 + i], split_.labels[i] + 10 * static_cast<float>(row));
      }
    }
    const auto complete = predict_complete(model_, split_, collator_, {.batch_size = batch_size});
    ASSERT_TRUE(complete);
    EXPECT_EQ(*complete, std::vector<float>(matrix->begin(), matrix->begin() + 12));
  }
}

TEST_F(Prediction, EvaluatesInFullBatchesWithoutGradients) {
  model_.train();
  predict_subsets(model_, split_, collator_, {.batch_size = 5});
  EXPECT_EQ(model_.sizes, (std::vector<std::int64_t>{5, 5, 2}));
  EXPECT_FALSE(model_.trained);
}

TEST_F(Prediction, EndsBeforeTheBatchThatIsInterrupted) {
  int asked = 0;
  const PassOptions options{5, [&] { return ++asked == 2; }};
  EXPECT_FALSE(predict_subsets(model_, split_, collator_, options));
  EXPECT_EQ(model_.sizes, (std::vector<std::int64_t>{5}));
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace missmodal::trainer
