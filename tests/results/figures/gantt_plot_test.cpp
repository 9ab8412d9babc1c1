#include "results/figures/gantt_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace missmodal::results {
namespace {

TEST(GanttPlot, PutsRunsEndToEndAndMarksDeaths) {
  Table table{.title = "Gantt chart. Dataset MOSI",
              .columns = {"dataset", "run", "rank", "ending", "death", "started", "ended", "run_seconds"},
              .rows = {},
              .notes = {}};
  const auto add = [&](std::int64_t run, std::int64_t rank, std::string ending, std::int64_t death,
                       double started, double ended) {
    table.rows.push_back({std::string("MOSI"), run, rank, std::move(ending), death, started, ended, 100.0});
  };
  add(1, 1, "accepted", 0, 0.5, 40);
  add(1, 2, "lost", 1, 1, 30);
  add(2, 1, "run_error", 0, 5, 6);
  const auto plots = gantt_plots(table, "gantt", {PictureKind::svg});
  ASSERT_EQ(plots.size(), 1U);
  EXPECT_EQ(plots[0].data,
            "# rank, begin and end in s\n"
            "# accepted\n1 0.5 40\n\n\n"
            "# failed\n1 105 106\n\n\n"
            "# died\n2 1 30\n");
  EXPECT_THAT(plots[0].script, testing::HasSubstr("set arrow from first 100, graph 0"));
  EXPECT_THAT(plots[0].script, testing::HasSubstr("data index 2 using 3:1 with points"));
  EXPECT_TRUE(
      gantt_plots({.title = "", .columns = table.columns, .rows = {}, .notes = {}}, "gantt", {}).empty());
}

}  // namespace
}  // namespace missmodal::results
