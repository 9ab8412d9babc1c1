#include "results/exhibit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/embedded.h"
#include "sweeps/error.h"

namespace missmodal::results {
namespace {

TEST(Exhibit, IsChosenByItsWord) {
  EXPECT_EQ(table_exhibit("6"), Exhibit::table6);
  EXPECT_EQ(table_exhibit("missmac"), Exhibit::missmac);
  EXPECT_EQ(table_exhibit("area"), Exhibit::area);
  EXPECT_EQ(figure_exhibit("4"), Exhibit::figure4);
  EXPECT_EQ(figure_exhibit("instance"), Exhibit::instance);
}

TEST(Exhibit, RefusesOtherWordsAndNamesThoseThatExist) {
  for (const char* word : {"9", "0", "", "instance", "01"})
    EXPECT_THROW(table_exhibit(word), InputError) << word;
  EXPECT_THROW(figure_exhibit("1"), InputError);
  try {
    figure_exhibit("9");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "figure: there is no figure 9; there are 3, 4, 5, 6, 7, missing_rate, instance, "
                 "search, training, gantt");
  }
}

TEST(Exhibit, HasAQuery) {
  for (int i = 0; i <= static_cast<int>(Exhibit::instance); ++i)
    EXPECT_FALSE(query_sql(describe(static_cast<Exhibit>(i)).query).empty());
  EXPECT_EQ(describe(Exhibit::figure4).query, "figure3");
  EXPECT_EQ(describe(Exhibit::figure6).query, "figure5");
  EXPECT_EQ(describe(Exhibit::instance).name, "instance");
}

}  // namespace
}  // namespace missmodal::results
