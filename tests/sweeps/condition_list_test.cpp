#include "sweeps/condition_list.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "sweeps/condition_reader.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> texts(const std::vector<Condition>& conditions) {
  std::vector<std::string> words;
  for (const Condition& condition : conditions) words.push_back(text(condition));
  return words;
}

TEST(ConditionList, HasTheNamesOfTheSpecification) {
  EXPECT_EQ(named_conditions("paper"), paper_conditions());
  EXPECT_THAT(texts(named_conditions("mr")),
              ElementsAre("complete", "missing_rate/10", "missing_rate/20", "missing_rate/30",
                          "missing_rate/40", "missing_rate/50", "missing_rate/60", "missing_rate/70"));
  const auto missmac = texts(named_conditions("missmac"));
  ASSERT_EQ(missmac.size(), 1U + 6 + 7 + 10);
  EXPECT_EQ(missmac[1], "subset/T");
  EXPECT_EQ(missmac[7], "missing_rate/10");
  EXPECT_EQ(missmac[14], "instance/10");
  EXPECT_EQ(missmac[23], "instance/100");
}

class ConditionsOfAFile : public SweepText {
 protected:
  std::vector<std::string> of(const std::string& conditions) const {
    return texts(read(sweep_text("evaluation: {conditions: " + conditions + "}\n")).evaluation.conditions);
  }
  std::vector<std::string> mistakes_of(const std::string& conditions) const {
    return mistakes(sweep_text("evaluation: {conditions: " + conditions + "}\n"));
  }
};

TEST_F(ConditionsOfAFile, AreAListByItsName) {
  for (std::string_view name : kConditionListNames)
    EXPECT_EQ(of(std::string(name)), texts(named_conditions(name))) << name;
}

TEST_F(ConditionsOfAFile, AddUpNamesAndMappings) {
  const auto conditions = of("[paper, missmac, {family: imbalanced, rates: [\"10-50-90\"]}]");
  EXPECT_EQ(conditions.size(), 44U + 7 + 10 + 1);
  EXPECT_EQ(conditions.back(), "imbalanced/10-50-90");
  EXPECT_EQ(conditions[44], "missing_rate/10");
}

TEST_F(ConditionsOfAFile, CountOnceWhatComesTwiceThroughNames) {
  EXPECT_EQ(of("[mr, mr]"), of("mr"));
  EXPECT_EQ(of("[mr, {family: complete}]"), of("mr"));
  EXPECT_EQ(of("[{family: missing_rate, rates: [70]}, mr]").size(), 8U);
  EXPECT_EQ(of("[{family: missing_rate, rates: [70]}, mr]").front(), "missing_rate/70");
}

TEST_F(ConditionsOfAFile, HaveDefaultRates) {
  EXPECT_EQ(of("[{family: missing_rate}]").back(), "missing_rate/70");
  EXPECT_EQ(of("[{family: instance}]").size(), 10U);
  EXPECT_EQ(of("[{family: random}]").size(), 10U);
  EXPECT_EQ(of("[{family: vision}]").size(), 9U);
}

TEST_F(ConditionsOfAFile, TakeImbalancedRatesWithAndWithoutQuotes) {
  EXPECT_THAT(of("[{family: imbalanced, rates: [10-50-90, \"0-0-100\"]}]"),
              ElementsAre("imbalanced/10-50-90", "imbalanced/0-0-100"));
}

TEST_F(ConditionsOfAFile, ComeFromAnOverrideToo) {
  const Sweep sweep =
      read(sweep_text(), {"evaluation.conditions=[mr, {family: imbalanced, rates: [1-2-3]}]"});
  EXPECT_EQ(texts(sweep.evaluation.conditions).back(), "imbalanced/1-2-3");
}

TEST_F(ConditionsOfAFile, NameTheirMistakesWithTheirPlaces) {
  EXPECT_THAT(
      mistakes_of("missmc"),
      ElementsAre("s.yaml:4: evaluation.conditions: must be paper, mr, missmac or a list of them and of "
                  "{family, rates, subsets}, got \"missmc\""));
  EXPECT_THAT(mistakes_of("[paper, mrr]"),
              ElementsAre("s.yaml:4: evaluation.conditions[1]: must be paper, mr, missmac or {family, rates, "
                          "subsets}, got \"mrr\""));
  EXPECT_THAT(mistakes_of("[paper, 3, [mr]]"), ElementsAre(HasSubstr("conditions[1]: must be paper, mr"),
                                                           HasSubstr("conditions[2]: must be paper, mr")));
  EXPECT_THAT(mistakes_of("[{family: missing_rate, rates: [71]}]"),
              ElementsAre("s.yaml:4: evaluation.conditions[0].rates: must be in [1, 70], got 71"));
  EXPECT_THAT(mistakes_of("[{family: instance, rates: [0]}]"),
              ElementsAre(HasSubstr("must be in [1, 100], got 0")));
  EXPECT_THAT(
      mistakes_of("[{family: imbalanced}]"),
      ElementsAre("s.yaml:4: evaluation.conditions[0].rates: is missing, as in rates: [\"10-50-90\"]"));
  EXPECT_THAT(mistakes_of("[{family: imbalanced, rates: 10-50-90}]"),
              ElementsAre(HasSubstr("rates: must be a list")));
  EXPECT_THAT(mistakes_of("[{family: imbalanced, rates: [10, 50-90, 101-0-0, 1-2-3-4, 01-2-3, -0-2-3]}]"),
              testing::SizeIs(6));
  EXPECT_THAT(mistakes_of("[{family: imbalanced, rates: [10]}]"),
              ElementsAre(HasSubstr("must be like 10-50-90, whole percents from 0 to 100 of text, audio and "
                                    "vision, got 10")));
  EXPECT_THAT(mistakes_of("[{family: imbalanced, rates: [1-2-3], subsets: [T]}]"),
              ElementsAre(HasSubstr("subsets: has no meaning for the family imbalanced")));
  EXPECT_THAT(mistakes_of("[{family: imbalanced, rates: [1-2-3, 1-2-3]}]"),
              ElementsAre(HasSubstr("holds imbalanced/1-2-3 twice")));
  EXPECT_THAT(mistakes_of("[mr, {family: instance, rates: [5]}, {family: instance, rates: [5]}]"),
              ElementsAre(HasSubstr("holds instance/5 twice")));
}

TEST_F(ConditionsOfAFile, CanBeSelectedBy) {
  for (const char* condition :
       {"missing_rate/70", "instance/20", "imbalanced/10-50-90", "subset/AV", "random/100"}) {
    const Sweep sweep = read(
        sweep_text("evaluation: {conditions: [paper, missmac, {family: imbalanced, rates: [10-50-90]}]}\n",
                   "  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, select: {condition: " +
                       std::string(condition) + "}}\n"));
    EXPECT_EQ(text(sweep.stages.at(0).select->condition), condition);
  }
  EXPECT_THAT(mistakes(sweep_text("",
                                  "  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, "
                                  "select: {condition: missing_rate/10}}\n")),
              ElementsAre(HasSubstr("missing_rate/10 is not among evaluation.conditions")));
}

}  // namespace
}  // namespace missmodal::sweeps
