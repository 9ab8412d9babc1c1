#include "results/diff.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Diff : public testing::Test {
 protected:
  void change(const std::string& sql) { SQLite::Database(b_.string(), SQLite::OPEN_READWRITE).exec(sql); }

  std::filesystem::path folder_ = scratch_folder();
  std::filesystem::path a_ = fabricate(folder_ / "a.db");
  std::filesystem::path b_ = fabricate(folder_ / "b.db", History::winding);
};

// However they came: after other failures, in another order.
TEST_F(Diff, OfTheSameNumbersIsNothing) {
  const Difference difference = diff(a_, b_);
  EXPECT_THAT(difference.places, testing::IsEmpty()) << diff_text(difference);
  EXPECT_EQ(difference.same, count(a_, "SELECT count(*) FROM stage_cells"));
  EXPECT_THAT(diff_text(difference), HasSubstr("A: " + a_.string() + ": sweep mosi on MOSI (dddddddddddd)"));
  EXPECT_THAT(diff_text(difference), HasSubstr(" places the same, 0 not\n"));
}

TEST_F(Diff, SaysWhichNumbersMoved) {
  const std::string cell = text(b_, "SELECT cell FROM stage_cells WHERE stage = 'search' AND plan_index = 0");
  change("UPDATE metrics SET mae = mae + 0.25 WHERE split = 'test' AND family = 'complete' AND cell = '" +
         cell + "'");
  change(
      "UPDATE metrics SET mae = mae + 0.5, corr = NULL WHERE split = 'valid' AND family = 'text' AND "
      "rate_percent = 30 AND kind = 'sd' AND cell = '" +
      cell + "'");
  const Difference difference = diff(a_, b_);
  ASSERT_EQ(difference.places.size(), 1U);
  const PlaceDifference& place = difference.places[0];
  EXPECT_EQ(place.cell_a, cell);
  EXPECT_EQ(place.cell_b, cell);
  EXPECT_EQ(place.rows, 310);
  EXPECT_EQ(place.moved_rows, 2);
  EXPECT_NEAR(*place.headline.b - *place.headline.a, 0.25, 1e-12);
  EXPECT_EQ(place.farthest.at("mae").place, "valid text/30 sd");
  EXPECT_EQ(place.farthest.at("corr").b, std::nullopt);
  EXPECT_FALSE(place.farthest.contains("acc7"));
  EXPECT_EQ(place.farthest_prediction, 0);
  EXPECT_THAT(diff_text(difference), HasSubstr("2 of 310 rows of scores moved"));
  EXPECT_THAT(diff_text(difference), HasSubstr("test complete MAE"));
}

TEST_F(Diff, SaysHowFarThePredictionsMoved) {
  change(
      "UPDATE predictions SET matrix = zeroblob(length(matrix)) WHERE split = 'test' AND cell = (SELECT cell "
      "FROM "
      "stage_cells WHERE stage = 'search' AND plan_index = 1)");
  const Difference difference = diff(a_, b_);
  ASSERT_EQ(difference.places.size(), 1U);
  EXPECT_GT(difference.places[0].farthest_prediction.value(), 0);
  EXPECT_EQ(difference.places[0].moved_rows, 0);
}

TEST_F(Diff, OfOtherSettingsNamesThem) {
  const std::string cell = text(b_, "SELECT cell FROM stage_cells WHERE stage = 'final' AND plan_index = 0");
  change(
      "PRAGMA foreign_keys = OFF; UPDATE cells SET id = 'other', configuration = json_set(configuration, "
      "'$.loss.alpha', 0.125) WHERE id = '" +
      cell +
      "';"
      "UPDATE stage_cells SET cell = 'other' WHERE cell = '" +
      cell +
      "';"
      "UPDATE metrics SET cell = 'other' WHERE cell = '" +
      cell + "'");
  const Difference difference = diff(a_, b_);
  ASSERT_FALSE(difference.places.empty());
  const PlaceDifference& place = difference.places[0];
  EXPECT_EQ(place.cell_b, "other");
  ASSERT_EQ(place.settings.size(), 1U);
  EXPECT_THAT(place.settings[0], HasSubstr("loss.alpha: "));
  EXPECT_THAT(place.settings[0], HasSubstr(" -> 0.125"));
  EXPECT_EQ(place.rows, 310);
  EXPECT_EQ(place.moved_rows, 0);
  EXPECT_EQ(place.farthest_prediction, std::nullopt);
}

TEST_F(Diff, NamesWhatOneAloneHas) {
  change("DELETE FROM stage_cells WHERE stage = 'ablation' AND plan_index > 0");
  const Difference difference = diff(a_, b_);
  EXPECT_EQ(difference.places.size(),
            count(a_, "SELECT count(*) FROM stage_cells WHERE stage = 'ablation'") - 1U);
  EXPECT_THAT(diff_text(difference), HasSubstr(": only in A (cell "));
  EXPECT_THAT(diff_text(diff(b_, a_)), HasSubstr(": only in B (cell "));
}

TEST_F(Diff, AsJson) {
  change(
      "UPDATE sweep SET dataset_sha256 = 'e'; UPDATE cells SET state = 'parked' WHERE id = (SELECT cell FROM "
      "stage_cells WHERE stage = 'search' AND plan_index = 0)");
  const auto json = nlohmann::json::parse(diff_json(diff(a_, b_)));
  EXPECT_EQ(json["b"]["dataset_sha256"], "e");
  EXPECT_EQ(json["places"][0]["state_a"], "accepted");
  EXPECT_EQ(json["places"][0]["state_b"], "parked");
  EXPECT_THAT(diff_text(diff(a_, b_)), HasSubstr("the datasets differ\n"));
}

TEST_F(Diff, NamesTheFileThatIsWrong) {
  write_bytes(folder_ / "no.db", "no database");
  for (const bool first : {true, false}) {
    try {
      first ? diff(folder_ / "no.db", b_) : diff(a_, folder_ / "no.db");
      FAIL();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("no.db: is not a SQLite database"));
    }
  }
}

}  // namespace
}  // namespace missmodal::results
