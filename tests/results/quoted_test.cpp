#include "results/quoted.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "results/marks.h"
#include "results/report.h"
#include "sweeps/condition.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(Quoted, IsWellFormed) {
  std::set<std::string> seen;
  for (const QuotedRow& row : quoted_rows()) {
    EXPECT_TRUE(row.dataset == "MOSI" || row.dataset == "MOSEI") << row.dataset;
    EXPECT_TRUE(sweeps::parse_condition(row.condition)) << row.condition;
    EXPECT_TRUE(seen.insert(row.dataset + row.condition + row.model + row.source).second) << row.model;
    for (const auto& [column, score] : row.scores) {
      EXPECT_TRUE(is_metric(column)) << column;
      if (!score) continue;
      const bool percent = column != "mae" && column != "corr";
      EXPECT_TRUE(percent ? *score > 10 && *score < 100 : *score > 0 && *score < 2)
          << row.model << column << *score;
    }
  }
  EXPECT_GT(seen.size(), 80U);
}

// The paper's own model: complete modalities of MOSEI are all that is known to us.
TEST(Quoted, HasOneRowOfMissModal) {
  const auto& rows = quoted_rows();
  const auto is_the_papers = [](const QuotedRow& row) { return row.model == "MissModal"; };
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(), is_the_papers), 1);
  const auto row = std::find_if(rows.begin(), rows.end(), is_the_papers);
  EXPECT_EQ(row->dataset + " " + row->condition, "MOSEI complete");
}

TEST(Quoted, StandsBelowTheRowsOfItsConditionUnmarked) {
  const auto file = fabricate(scratch_folder() / "a.db");
  EXPECT_FALSE(find_column(report(Exhibit::table6, {file}), "source"));
  const Table table = report(Exhibit::table6, {file}, Quotes::shown);
  EXPECT_EQ(texts(table, "model")[3], "MCTN");
  EXPECT_EQ(at(table, 3, "subset"), Value(std::string("T")));
  EXPECT_EQ(at(table, 3, "acc7"), Value(41.5));
  EXPECT_EQ(at(table, 3, "mae"), Value());  // unreadable in the transcription
  EXPECT_EQ(at(table, 3, "acc2_has0"), Value());
  EXPECT_EQ(at(table, 3, "source"), Value(std::string("CyIN")));
  EXPECT_EQ(at(table, 1, "source"), Value());
  const std::string text = format(table, Format::text);
  EXPECT_THAT(text, HasSubstr("CyIN §"));
  EXPECT_THAT(text, HasSubstr("§ quoted from publications (CyIN"));
  const auto marks = best_marks(table);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (at(table, i, "source") == Value()) continue;
    EXPECT_THAT(marks[i], testing::Each(Mark::none));
  }
  EXPECT_THAT(marks[1], Contains(Mark::best));
}

TEST(Quoted, IsNothingForOtherTables) {
  const auto file = fabricate(scratch_folder() / "a.db");
  EXPECT_EQ(format(report(Exhibit::table5, {file}, Quotes::shown), Format::csv),
            format(report(Exhibit::table5, {file}), Format::csv));
}

}  // namespace
}  // namespace missmodal::results
