#include "results/figures/embedding_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace missmodal::results {
namespace {

using ::testing::HasSubstr;

class EmbeddingPlot : public ::testing::Test {
 protected:
  void add(const std::string& moment, const std::string& subset, double label, double x, double y,
           std::int64_t seed = 1111) {
    table_.rows.push_back(
        {std::string("MOSI"), std::string("MissModal"), std::string(""), seed, moment, subset, label, x, y});
  }
  void add_both(std::int64_t seed = 1111) {
    double x = 0;
    for (const char* moment : {"before", "after"}) {
      for (const char* subset : {"TAV", "T", "A", "V", "TA", "TV", "AV"}) {
        ++x;
        add(moment, subset, -0.2, x, -x, seed);
      }
    }
  }

  Table table_{.title = "Figure 7. Dataset MOSI [SYNTHETIC]",
               .columns = {"dataset", "model", "remark", "seed", "moment", "subset", "label", "x", "y"},
               .rows = {},
               .notes = {}};
};

TEST_F(EmbeddingPlot, HasABlockForEachKindOfPointAlsoWhereThereIsNone) {
  add_both();
  add("after", "TV", 0, 20, 21);
  const auto plots = embedding_plots(table_, "figure7", {PictureKind::svg});
  ASSERT_EQ(plots.size(), 1U);
  const std::string& data = plots[0].data;
  EXPECT_TRUE(data.starts_with(
      "# x and y by t-SNE\n# before training: TAV\n1 -1\n\n\n# before training: T\n2 -2\n\n\n"));
  EXPECT_THAT(data, HasSubstr("# after training: TV\n13 -13\n20 21\n\n\n# after training: AV\n14 -14\n\n\n"));
  EXPECT_THAT(data,
              HasSubstr("# after training: negative\n8 -8\n9 -9\n10 -10\n11 -11\n12 -12\n13 -13\n14 -14\n\n\n"
                        "# after training: neutral\n20 21\n\n\n# after training: positive\nNaN NaN\n"));
  EXPECT_THAT(plots[0].script, HasSubstr("set xrange [-7.35:7.35]"));
  EXPECT_THAT(plots[0].script, HasSubstr("set yrange [-22.05:22.05]"));
  EXPECT_THAT(plots[0].script, HasSubstr("data index 16 using 1:2 "));
  EXPECT_EQ(plots[0].script.find("data index 17"), std::string::npos);
  EXPECT_THAT(plots[0].script, HasSubstr("[SYNTHETIC] MOSI"));
  EXPECT_THAT(plots[0].script, HasSubstr("MissModal, seed 1111, 1 test utterances"));
}

TEST_F(EmbeddingPlot, EachDatabaseHasItsOwn) {
  add_both();
  add_both();
  add_both(1112);
  add("before", "TAV", 1, 0, 0, 1113);  // never trained to the end
  const auto plots = embedding_plots(table_, "figure7", {PictureKind::svg});
  ASSERT_EQ(plots.size(), 3U);
  EXPECT_EQ(plots[2].name, "figure7_3");
  EXPECT_THAT(plots[2].script, HasSubstr("seed 1112"));
  table_.rows.clear();
  EXPECT_TRUE(embedding_plots(table_, "figure7", {}).empty());
}

// In print without colour points tell what they are.
TEST_F(EmbeddingPlot, NoTwoKindsShareColourOrPoint) {
  add_both();
  const std::string script = embedding_plots(table_, "figure7", {PictureKind::svg})[0].script;
  for (const char* panel :
       {"before training, by modalities", "after training, by modalities", "by sentiment"}) {
    const std::size_t begin = script.find(panel);
    ASSERT_NE(begin, std::string::npos);
    const std::string plot = script.substr(begin, script.find("set origin", begin) - begin);
    std::set<std::string> colours;
    std::set<std::string> points;
    std::size_t lines = 0;
    for (std::size_t at = 0; (at = plot.find("lc rgb '", at)) != std::string::npos; ++at, ++lines) {
      colours.insert(plot.substr(at + 8, 7));
      const std::size_t point = plot.find("pointtype ", at) + 10;
      points.insert(plot.substr(point, plot.find(' ', point) - point));
    }
    EXPECT_GE(lines, 3U) << panel;
    EXPECT_EQ(colours.size(), lines) << panel;
    EXPECT_EQ(points.size(), lines) << panel;
  }
}

}  // namespace
}  // namespace missmodal::results
