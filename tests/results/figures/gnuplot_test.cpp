#include "results/figures/gnuplot.h"

#include <gtest/gtest.h>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

bool installed() {
  return run_shell("command -v gnuplot").exit_code == 0;
}

Plot plot_with(const std::string& body, const std::string& strings = "") {
  const Frame frame{.name = "a",
                    .kinds = {PictureKind::svg},
                    .width = 300,
                    .height = 200,
                    .strings = strings,
                    .body = body};
  return {"a", "A", "1 2\n2 3\n", gnuplot_script(frame)};
}

TEST(Gnuplot, StringsHoldNothingThatEndsThem) {
  EXPECT_EQ(gnuplot_string("plain (1)"), "\"plain (1)\"");
  EXPECT_EQ(gnuplot_string("it's"), "\"it\\047s\"");
  EXPECT_EQ(gnuplot_string("a\nb\"\\`{@%$#"), "\"a b\\042\\134\\140\\173\\100\\045\\044\\043\"");
  EXPECT_EQ(gnuplot_string("abcdef", 4), "\"abc\xE2\x80\xA6\"");
}

// Whatever is between the quotes is shown as it is, and nothing is run.
TEST(Gnuplot, HostileNamesAreOnlyText) {
  if (!installed()) GTEST_SKIP() << "no gnuplot here (Debian: gnuplot-nox)";
  const auto mark = scratch_folder() / "mark";
  const std::string command = "touch " + mark.string();
  const std::vector<std::string> names{"`" + command + "`",
                                       "$(" + command + ")",
                                       "'; system('" + command + "'); x='",
                                       "\"; system(\"" + command + "\")",
                                       "\\'; ! " + command,
                                       "@x {/Bold b}_2^3 } } {",
                                       "x\n!" + command + "\n",
                                       "%d %s %n",
                                       "<b>&amp;</b>"};
  for (const std::string& name : names) {
    const Plot plot =
        plot_with("plot data using 1:2 title name_0\n", "name_0 = " + gnuplot_string(name, 200) + "\n");
    const auto pictures = draw(plot, {PictureKind::svg});
    ASSERT_TRUE(pictures);
    EXPECT_FALSE(std::filesystem::exists(mark)) << name;
    EXPECT_EQ(pictures->front().find("<b>"), std::string::npos);
  }
}

TEST(Gnuplot, TellsWhatItSaidWhenItFails) {
  if (!installed()) GTEST_SKIP() << "no gnuplot here (Debian: gnuplot-nox)";
  try {
    draw(plot_with("plot nonsense(1)\n"), {PictureKind::svg});
    FAIL();
  } catch (const RunError& error) {
    EXPECT_NE(std::string(error.what()).find("nonsense"), std::string::npos) << error.what();
  }
}

TEST(Gnuplot, DrawsTheSameBytesAgain) {
  if (!installed()) GTEST_SKIP() << "no gnuplot here (Debian: gnuplot-nox)";
  const std::vector<PictureKind> kinds{PictureKind::svg, PictureKind::pdf, PictureKind::png};
  const Frame frame{.name = "a", .kinds = kinds, .body = "plot data using 1:2\n"};
  const Plot plot{"a", "A", "1 2\n2 3\n", gnuplot_script(frame)};
  const auto first = draw(plot, kinds);
  ASSERT_TRUE(first);
  EXPECT_EQ(first, draw(plot, kinds));
  EXPECT_TRUE((*first)[0].starts_with("<?xml"));
  EXPECT_TRUE((*first)[1].starts_with("%PDF-"));
  EXPECT_TRUE((*first)[2].starts_with("\x89PNG"));
}

}  // namespace
}  // namespace missmodal::results
