#include "results/last_run.h"

#include <gtest/gtest.h>

#include "results/store.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

TEST(LastRun, IsWhatTheLastRunWasAskedFor) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::string dataset = provenance().dataset_sha256;
  Provenance later = provenance();
  later.sweep_text = "name: mosi # later\n";
  later.overrides = {};
  const auto first = read_last_run(file, "mosi", dataset);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->sweep_text, "name: mosi\n");
  EXPECT_EQ(first->overrides, provenance().overrides);
  EXPECT_EQ(first->planned.size(), 26U);
  EXPECT_EQ(first->accepted.size(), 25U);
  const std::vector<StageRecord> without_ablation{stages().at(0), stages().at(1)};
  { const Store store(file, later, without_ablation, splits()); }
  const auto last = read_last_run(file, "mosi", dataset);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->sweep_text, later.sweep_text);
  EXPECT_TRUE(last->overrides.empty());
  EXPECT_EQ(last->planned.size(), 5U);  // the ablation's cells are nobody's any more
  EXPECT_EQ(last->accepted.size(), 25U);
}

TEST(LastRun, IsNoneOfAnotherSweepOrDatasetOrOfNoFile) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::string dataset = provenance().dataset_sha256;
  EXPECT_FALSE(read_last_run(file, "mosei", dataset).has_value());
  EXPECT_FALSE(read_last_run(file, "mosi", std::string(64, 'e')).has_value());
  EXPECT_FALSE(read_last_run(file.string() + ".no", "mosi", dataset).has_value());
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".no"));
}

}  // namespace
}  // namespace missmodal::results
