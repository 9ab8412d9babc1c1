#include "results/figures/palette.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

namespace missmodal::results {
namespace {

TEST(Palette, TellsWithFromWithoutAlsoInGrey) {
  const Stroke with = stroke_of("MissModal");
  const Stroke without = stroke_of("without");
  EXPECT_NE(with.colour, without.colour);
  EXPECT_NE(with.dashes, without.dashes);
  EXPECT_NE(with.points, without.points);
}

TEST(Palette, GivesOthersOneOfFiveAndNeverOurs) {
  std::set<std::string_view> colours;
  for (int i = 0; i < 200; ++i) {
    const std::string name = "model" + std::to_string(i);
    const Stroke stroke = stroke_of(name);
    EXPECT_EQ(stroke.colour, stroke_of(name).colour);
    EXPECT_NE(stroke.dashes, 1) << name;
    colours.insert(stroke.colour);
  }
  EXPECT_EQ(colours.size(), 5U);
  EXPECT_FALSE(colours.contains(stroke_of("MissModal").colour));
  EXPECT_FALSE(colours.contains(stroke_of("without").colour));
}

// As many as the paper compares with, in one picture.
TEST(Palette, NoTwoBaselinesLookAlike) {
  std::set<std::tuple<std::string_view, int, int>> seen;
  for (const std::string_view name :
       {"MissModal", "without", "EF-LSTM", "LF-DNN", "TFN", "LMF", "MFN", "Graph-MFN", "MFM", "MCTN",
        "CTFN (re-derived)", "MulT", "MISA", "MAG-BERT", "Self-MM", "MMIM"}) {
    const Stroke stroke = stroke_of(name);
    EXPECT_TRUE(seen.insert({stroke.colour, 0, stroke.points}).second) << name;
    EXPECT_TRUE(seen.insert({stroke.colour, stroke.dashes, -1}).second) << name;
  }
}

TEST(Palette, RobustTrainingShowsInTheDashes) {
  for (const std::string_view model : {"without", "MISA", "MulT", "Self-MM", "MMIM"}) {
    const Stroke plain = stroke_of(model);
    const Stroke robust = stroke_of(std::string(model) + " + RT");
    EXPECT_EQ(robust.colour, plain.colour);
    EXPECT_EQ(robust.points, plain.points);
    EXPECT_NE(robust.dashes, plain.dashes);
    EXPECT_NE(robust.dashes, 1);
  }
}

}  // namespace
}  // namespace missmodal::results
