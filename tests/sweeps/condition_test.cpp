#include "sweeps/condition.h"

#include <gtest/gtest.h>

namespace missmodal::sweeps {
namespace {

TEST(Condition, ThePapersListHas44Conditions) {
  const auto conditions = paper_conditions();
  ASSERT_EQ(conditions.size(), 44U);
  EXPECT_EQ(text(conditions[0]), "complete");
  EXPECT_EQ(text(conditions[1]), "subset/T");
  EXPECT_EQ(text(conditions[7]), "text/10");
  EXPECT_EQ(text(conditions[43]), "random/100");
}

TEST(Condition, TextAndBack) {
  std::vector<Condition> conditions = paper_conditions();
  conditions.push_back({Family::missing_rate, Subset::TAV, 70});
  conditions.push_back({Family::instance, Subset::TAV, 1});
  conditions.push_back({Family::imbalanced, Subset::TAV, 0, {0, 100, 5}});
  for (const Condition& condition : conditions) {
    ASSERT_TRUE(parse_condition(text(condition))) << text(condition);
    EXPECT_EQ(*parse_condition(text(condition)), condition);
  }
}

TEST(Condition, RefusesOtherTexts) {
  for (const char* text : {"",
                           "/",
                           "complete/",
                           "complete/10",
                           "subset",
                           "subset/",
                           "subset/TAV",
                           "subset/X",
                           "text",
                           "text/",
                           "text/0",
                           "text/101",
                           "text/050",
                           "text/5.0",
                           "text/50%",
                           "text/-5",
                           "text/5 ",
                           "Text/50",
                           "random/99999999999",
                           "missing_rate/0",
                           "missing_rate/71",
                           "instance/101",
                           "imbalanced/",
                           "imbalanced/50",
                           "imbalanced/1-2",
                           "imbalanced/1-2-",
                           "imbalanced/1-2-3-4",
                           "imbalanced/1-2-3-",
                           "imbalanced/-0-2-3",
                           "imbalanced/01-2-3",
                           "imbalanced/1-+2-3",
                           "imbalanced/1-2-101",
                           "imbalanced/1 -2-3"}) {
    EXPECT_FALSE(parse_condition(text)) << text;
  }
}

}  // namespace
}  // namespace missmodal::sweeps
