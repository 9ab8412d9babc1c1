#include "results/curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

Table points(const std::vector<std::tuple<std::string, std::string, std::int64_t, Value>>& rows) {
  Table table{
      .title = "", .columns = {"dataset", "model", "remark", "rate_percent", "mae"}, .rows = {}, .notes = {}};
  for (const auto& [model, remark, rate, mae] : rows)
    table.rows.push_back({std::string("MOSI"), model, remark, rate, mae});
  return table;
}

TEST(Curve, PutsEachModelWhereItsMaeLies) {
  EXPECT_EQ(curve_text(points({{"MissModal", "", 0, 0.5},
                               {"without", "", 0, 0.5},
                               {"MissModal - without", "", 0, 0.0},
                               {"MissModal", "", 90, 1.09},
                               {"without", "", 90, 0.51}})),
            "MOSI: MAE with MissModal (*) and without (o), both (x)\n"
            "rate %  0.500                                                  1.090\n"
            "     0 |x                                                           |\n"
            "    90 | o                                                         *|\n");
}

TEST(Curve, GivesEachRemarkItsBlock) {
  const std::string text =
      curve_text(points({{"MissModal", "loss.alpha=0.3", 0, 0.5}, {"MissModal", "loss.alpha=0.7", 0, 0.6}}));
  EXPECT_NE(text.find("MOSI, loss.alpha=0.3: MAE"), std::string::npos);
  EXPECT_NE(text.find("MOSI, loss.alpha=0.7: MAE"), std::string::npos);
}

TEST(Curve, OfNothingIsNothing) {
  EXPECT_EQ(curve_text(points({})), "");
  EXPECT_EQ(curve_text(points({{"MissModal", "", 0, Value()}})), "");
}

TEST(Curve, DrawsAReportedFigure) {
  const std::string text = curve_text(report(Exhibit::figure3, {fabricate(scratch_folder() / "a.db")}));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 12);
}

}  // namespace
}  // namespace missmodal::results
