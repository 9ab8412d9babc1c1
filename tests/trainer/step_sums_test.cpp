#include "trainer/step_sums.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/trainer/gang.h"

namespace missmodal::trainer {
namespace {

using testing::by_members;

TEST(StepSums, TellEverybodyThatOneWantsToStop) {
  for (const int who : {-1, 0, 2}) {
    const auto all = by_members<int>(3, [&](Communicator& communicator) {
      const Group group(communicator);
      const torch::Tensor loss = torch::full({}, 0.5F);
      StepSums sums(group, {loss, {{"total", loss}}}, group.rank() == who);
      const StepSums::Result result = sums.wait();
      EXPECT_EQ(result.losses.total.item<double>(), 1.5);
      return result.stop ? 1 : 0;
    });
    EXPECT_EQ(all, std::vector<int>(3, who >= 0 ? 1 : 0));
  }
}

}  // namespace
}  // namespace missmodal::trainer
