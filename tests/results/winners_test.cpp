#include "results/winners.h"

#include <gtest/gtest.h>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

TEST(Winners, AreReadWithWhatTheyWereChosenFrom) {
  const auto file = scratch_folder() / "a.db";
  const auto first = planned_cell({.seed = 1}, "search", 0);
  const auto second = planned_cell({.seed = 2}, "search", 1);
  open_store(file).commit(
      std::vector<Change>{StagePlanned{"search", {first, second}},
                          StageSelected{"search", R"({"loss.alpha":0.5})", 0.7, R"({"trials":2})"}});
  const std::string bytes = read_bytes(file);
  const auto winners = read_winners(file, provenance().sweep_name, provenance().dataset_sha256);
  ASSERT_EQ(winners.size(), 1U);
  const StoredWinner& winner = winners.at("search");
  EXPECT_EQ(winner.point, R"({"loss.alpha":0.5})");
  EXPECT_EQ(winner.basis, R"({"trials":2})");
  EXPECT_EQ(winner.configurations, (std::vector<std::string>{first.configuration, second.configuration}));
  EXPECT_EQ(read_bytes(file), bytes);
}

TEST(Winners, OfAFileThatIsNotThereOrOfAnotherSweepAreNone) {
  const auto file = scratch_folder() / "a.db";
  EXPECT_TRUE(read_winners(file, "any", "any").empty());
  EXPECT_FALSE(std::filesystem::exists(file));
  open_store(file).commit(std::vector<Change>{StageSelected{"search", "{}", 0.5}});
  EXPECT_EQ(read_winners(file, provenance().sweep_name, provenance().dataset_sha256).size(), 1U);
  EXPECT_TRUE(read_winners(file, "another", provenance().dataset_sha256).empty());
  EXPECT_TRUE(read_winners(file, provenance().sweep_name, std::string(64, '0')).empty());
}

TEST(Winners, AForgottenWinnerIsNone) {
  const auto file = scratch_folder() / "a.db";
  open_store(file).commit(
      std::vector<Change>{StageSelected{"search", "{}", 0.5, R"({"trials":2})"}, StageDeselected{"search"}});
  EXPECT_TRUE(read_winners(file, provenance().sweep_name, provenance().dataset_sha256).empty());
}

TEST(Winners, OfAFileOfAnotherProgramAreRefused) {
  const auto file = scratch_folder() / "a.db";
  write_bytes(file, "no database at all, whoever wrote it");
  EXPECT_THROW(read_winners(file, "any", "any"), InputError);
}

}  // namespace
}  // namespace missmodal::results
