#include "trainer/model/baselines/frames.h"

#include <gtest/gtest.h>

namespace missmodal::trainer {
namespace {

RaggedBatch two_sequences() {
  return {torch::tensor({{1.0, 10.0}, {2.0, 20.0}, {6.0, 60.0}, {4.0, 40.0}}), RaggedLayout({3, 1})};
}

TEST(Frames, MeanIsOverAnUtterancesOwn) {
  EXPECT_TRUE(torch::equal(mean_frame(two_sequences()), torch::tensor({{3.0, 30.0}, {4.0, 40.0}})));
  EXPECT_EQ(mean_frame({torch::zeros({0, 2}), RaggedLayout()}).sizes().vec(),
            (std::vector<std::int64_t>{0, 2}));
}

TEST(Frames, AreCutOrFilledUpWithZeros) {
  EXPECT_TRUE(torch::equal(first_frames(two_sequences(), 2),
                           torch::tensor({{{1.0, 10.0}, {2.0, 20.0}}, {{4.0, 40.0}, {0.0, 0.0}}})));
  const torch::Tensor five = first_frames(two_sequences(), 5);
  ASSERT_EQ(five.sizes().vec(), (std::vector<std::int64_t>{2, 5, 2}));
  EXPECT_EQ(five.sum().item<double>(), two_sequences().rows.sum().item<double>());
  EXPECT_TRUE(torch::equal(five[0][2], torch::tensor({6.0, 60.0})));
  EXPECT_EQ(first_frames({torch::zeros({0, 2}), RaggedLayout()}, 5).sizes().vec(),
            (std::vector<std::int64_t>{0, 5, 2}));
}

}  // namespace
}  // namespace missmodal::trainer
