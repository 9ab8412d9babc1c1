#include "results/marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace missmodal::results {
namespace {

using testing::ElementsAre;

struct Line {
  std::string model;
  std::int64_t rate = 0;
  Value mae;
  Value corr;
};

Table table_of(const std::vector<Line>& lines) {
  Table table{.title = "",
              .columns = {"dataset", "model", "rate_percent", "seeds", "mae", "corr"},
              .rows = {},
              .notes = {}};
  for (const Line& line : lines)
    table.rows.push_back({std::string("MOSI"), line.model, line.rate, std::int64_t{3}, line.mae, line.corr});
  return table;
}

std::vector<Mark> column(const Table& table, std::size_t column) {
  std::vector<Mark> marks;
  for (const auto& row : best_marks(table)) marks.push_back(row[column]);
  return marks;
}

constexpr Mark kNone = Mark::none;
constexpr Mark kBest = Mark::best;
constexpr Mark kSecond = Mark::second;

TEST(Marks, TakeTheLowestMaeAndTheHighestOfAllElse) {
  const Table table = table_of({{"a", 0, 0.7, 0.7}, {"b", 0, 0.8, 0.8}, {"c", 0, 0.9, 0.9}});
  EXPECT_THAT(column(table, 4), ElementsAre(kBest, kSecond, kNone));
  EXPECT_THAT(column(table, 5), ElementsAre(kNone, kSecond, kBest));
  EXPECT_THAT(column(table, 3), ElementsAre(kNone, kNone, kNone));  // seeds are no score
}

TEST(Marks, AreSharedByTies) {
  const Table table = table_of({{"a", 0, 0.7, 0.5}, {"b", 0, 0.7, 0.6}, {"c", 0, 0.9, 0.5}});
  EXPECT_THAT(column(table, 4), ElementsAre(kBest, kBest, kSecond));
  EXPECT_THAT(column(table, 5), ElementsAre(kSecond, kBest, kSecond));
}

TEST(Marks, CompareWhatSharesACondition) {
  const Table table =
      table_of({{"a", 10, 0.7, 0.5}, {"b", 10, 0.6, 0.6}, {"a", 20, 0.9, 0.5}, {"b", 20, 1.0, 0.4}});
  EXPECT_THAT(column(table, 4), ElementsAre(kNone, kBest, kBest, kNone));
}

TEST(Marks, LeaveOutDifferencesAndWhatIsNotDefined) {
  const Table table = table_of(
      {{"without", 0, 0.7, Value()}, {"MissModal", 0, 0.6, 0.6}, {"MissModal - without", 0, -0.1, 0.9}});
  EXPECT_THAT(column(table, 4), ElementsAre(kNone, kBest, kNone));
  EXPECT_THAT(column(table, 5), ElementsAre(kNone, kNone, kNone));  // one row alone
}

TEST(Marks, TellNothingWhereAllAreEqual) {
  EXPECT_THAT(column(table_of({{"a", 0, 0.7, 0.5}, {"b", 0, 0.7, 0.6}}), 4), ElementsAre(kNone, kNone));
  EXPECT_THAT(column(table_of({{"a", 0, 0.7, 0.5}}), 4), ElementsAre(kNone));
}

}  // namespace
}  // namespace missmodal::results
