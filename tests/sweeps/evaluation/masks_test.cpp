#include "sweeps/evaluation/masks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sweeps/sha256.h"

namespace missmodal::sweeps {
namespace {

constexpr std::array kDrawnFamilies{Family::text,         Family::audio,    Family::vision,    Family::random,
                                    Family::missing_rate, Family::instance, Family::imbalanced};

std::vector<std::string> utterances(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i)
    ids.push_back("video" + std::to_string(i / 7) + "$_$" + std::to_string(i % 7));
  return ids;
}

Condition condition_of(const std::string& text) {
  const auto parsed = parse_condition(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Condition{});
}

SplitName split_of(const std::string& word) {
  return word == "train" ? SplitName::train : word == "valid" ? SplitName::valid : SplitName::test;
}

std::size_t missing(const std::vector<Subset>& remain, Modality modality) {
  return static_cast<std::size_t>(
      std::count_if(remain.begin(), remain.end(), [&](Subset subset) { return !has(subset, modality); }));
}

std::size_t missing(const std::vector<Subset>& remain) {
  return missing(remain, Modality::text) + missing(remain, Modality::audio) +
         missing(remain, Modality::vision);
}

std::size_t affected(const std::vector<Subset>& remain) {
  return remain.size() - static_cast<std::size_t>(std::count(remain.begin(), remain.end(), Subset::TAV));
}

// The utterances by the place at which they lose the modality.
std::vector<std::size_t> order(const Mask& mask, Modality modality) {
  const auto& lost_at = mask.lost_at[static_cast<std::size_t>(modality)];
  std::vector<std::size_t> order(lost_at.size());
  for (std::size_t i = 0; i < lost_at.size(); ++i) order.at(lost_at[i]) = i;
  return order;
}

// scripts/mask_reference.py wrote the file; masks_are_current.py tells that it is the one there now.
TEST(Masks, AreThoseOfAnotherLanguage) {
  std::ifstream file(std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/sweeps/evaluation/masks.json");
  const nlohmann::json golden = nlohmann::json::parse(file);
  const auto ids = golden.at(0).at("ids").get<std::map<std::string, std::vector<std::string>>>();
  std::set<Family> families;
  for (std::size_t k = 1; k < golden.size(); ++k) {
    const nlohmann::json& line = golden[k];
    const Condition wanted = condition_of(line.at("condition").get<std::string>());
    const int draw = line.at("draw").get<int>();
    const SplitName split = split_of(line.at("split").get<std::string>());
    const auto& utterance_ids = ids.at(line.at("ids").get<std::string>());
    families.insert(wanted.family);
    std::string remain;
    for (Subset subset : remaining(draw_mask(draw, wanted.family, split, utterance_ids), wanted))
      remain += (remain.empty() ? "" : " ") + std::string(name(subset));
    EXPECT_EQ(remain, line.at("remain").get<std::string>()) << line.dump();
  }
  EXPECT_EQ(families.size(), kDrawnFamilies.size());
}

TEST(Masks, OrderIsThatOfAnotherLanguage) {
  const auto ids = utterances(8);
  EXPECT_EQ(order(draw_mask(0, Family::text, SplitName::test, ids), Modality::text),
            (std::vector<std::size_t>{1, 3, 7, 0, 5, 2, 6, 4}));
  EXPECT_EQ(remaining(draw_mask(3, Family::random, SplitName::valid, ids), condition_of("random/100")),
            (std::vector<Subset>{Subset::TV, Subset::A, Subset::TV, Subset::T, Subset::TV, Subset::V,
                                 Subset::A, Subset::TA}));
}

TEST(Masks, TiesAreBrokenByTheIdsBytesAndThenByModality) {
  const auto slot = [](std::uint64_t key, const char* id, Modality modality) {
    return Slot{key, id, modality, 0};
  };
  const std::vector<Slot> ordered{slot(1, "z", Modality::vision),      slot(2, "a", Modality::text),
                                  slot(2, "a", Modality::audio),       slot(2, "a", Modality::vision),
                                  slot(2, "a#2", Modality::text),      slot(2, "z", Modality::text),
                                  slot(2, "\xc3\xa9", Modality::text), slot(UINT64_MAX, "", Modality::text)};
  EXPECT_TRUE(std::is_sorted(ordered.begin(), ordered.end()));
  for (std::size_t k = 1; k < ordered.size(); ++k) EXPECT_LT(ordered[k - 1], ordered[k]) << k;
}

TEST(Masks, FamiliesLoseTheirModality) {
  const auto ids = utterances(5);
  const auto all = [&](Family family) {
    return remaining(draw_mask(0, family, SplitName::test, ids), {family, Subset::TAV, 100});
  };
  EXPECT_EQ(all(Family::text), std::vector<Subset>(5, Subset::AV));
  EXPECT_EQ(all(Family::audio), std::vector<Subset>(5, Subset::TV));
  EXPECT_EQ(all(Family::vision), std::vector<Subset>(5, Subset::TA));
}

TEST(Masks, DoNotDependOnTheOrderOfTheSplit) {
  auto ids = utterances(40);
  auto reversed = ids;
  std::reverse(reversed.begin(), reversed.end());
  for (Family family : kDrawnFamilies) {
    Condition half{family, Subset::TAV, 50};
    if (family == Family::imbalanced) half = condition_of("imbalanced/30-50-80");
    auto backward = remaining(draw_mask(1, family, SplitName::test, reversed), half);
    std::reverse(backward.begin(), backward.end());
    EXPECT_EQ(remaining(draw_mask(1, family, SplitName::test, ids), half), backward) << name(family);
  }
}

TEST(Masks, DifferBetweenDrawsFamiliesAndSplits) {
  const auto ids = utterances(30);
  std::set<std::vector<std::uint32_t>> masks;
  for (int draw : {0, 1, 2}) {
    for (Family family : kDrawnFamilies) {
      for (SplitName split : {SplitName::valid, SplitName::test}) {
        std::vector<std::uint32_t> all;
        for (const auto& lost_at : draw_mask(draw, family, split, ids).lost_at)
          all.insert(all.end(), lost_at.begin(), lost_at.end());
        masks.insert(all);
      }
    }
  }
  EXPECT_EQ(masks.size(), 42U);
}

TEST(Masks, RandomKeepsEverySubsetAboutEquallyOften) {
  for (Family family : {Family::random, Family::instance}) {
    const Mask mask = draw_mask(0, family, SplitName::train, utterances(6000));
    std::map<Subset, int> counts;
    for (Subset subset : remaining(mask, {family, Subset::TAV, 100})) ++counts[subset];
    EXPECT_EQ(counts.size(), 6U);
    EXPECT_EQ(counts.count(Subset::TAV), 0U);
    for (const auto& [subset, count] : counts) EXPECT_NEAR(count, 1000, 150) << name(subset);
  }
}

TEST(Masks, WhoIsMissingAtARateIsMissingAtEveryHigherOne) {
  const auto ids = utterances(43);
  for (Family family : {Family::text, Family::audio, Family::vision, Family::random, Family::missing_rate,
                        Family::instance}) {
    for (int draw : {0, 5}) {
      const Mask mask = draw_mask(draw, family, SplitName::valid, ids);
      std::vector<Subset> before(ids.size(), Subset::TAV);
      for (int rate = 1; rate <= (family == Family::missing_rate ? 70 : 100); ++rate) {
        const auto now = remaining(mask, {family, Subset::TAV, rate});
        for (std::size_t i = 0; i < ids.size(); ++i) {
          for (Modality modality : kModalities)
            EXPECT_LE(has(now[i], modality), has(before[i], modality)) << name(family) << rate;
        }
        before = now;
      }
    }
  }
}

TEST(Masks, AsManyAreMissingAsTheRateSays) {
  for (int n : {1, 2, 7, 50, 229}) {
    const auto ids = utterances(n);
    const auto size = static_cast<std::size_t>(n);
    for (int rate : {1, 10, 33, 50, 66, 67, 70}) {
      for (Family family : {Family::text, Family::audio, Family::vision, Family::random}) {
        const auto remain =
            remaining(draw_mask(2, family, SplitName::test, ids), {family, Subset::TAV, rate});
        EXPECT_EQ(affected(remain), affected_count(rate, size)) << name(family) << "/" << rate;
      }
      const auto remain = remaining(draw_mask(2, Family::missing_rate, SplitName::test, ids),
                                    {Family::missing_rate, Subset::TAV, rate});
      EXPECT_EQ(missing(remain), missing_count(rate, size)) << rate << " of " << n;
    }
  }
}

TEST(Masks, MissingRateLeavesOneModalityToEveryUtteranceAtItsHighest) {
  const auto remain = remaining(draw_mask(0, Family::missing_rate, SplitName::test, utterances(60)),
                                condition_of("missing_rate/70"));
  for (Subset subset : remain) EXPECT_EQ(name(subset).size(), 1U);
}

TEST(Masks, ImbalancedRatesAreExactButForThoseWhoWouldLoseEverything) {
  const auto ids = utterances(100);
  const Mask mask = draw_mask(4, Family::imbalanced, SplitName::test, ids);
  const auto light = remaining(mask, condition_of("imbalanced/0-30-90"));
  EXPECT_EQ(missing(light, Modality::text), 0U);
  EXPECT_EQ(missing(light, Modality::audio), 30U);
  EXPECT_EQ(missing(light, Modality::vision), 90U);
  const auto heavy = remaining(mask, condition_of("imbalanced/100-100-90"));  // 90 would lose all three
  EXPECT_EQ(missing(heavy), 290U - 90U);
  EXPECT_EQ(missing(remaining(mask, condition_of("imbalanced/100-100-100"))), 200U);
  EXPECT_EQ(missing(remaining(mask, condition_of("imbalanced/0-0-0"))), 0U);
}

TEST(Masks, ImbalancedModalitiesGoMissingIndependently) {
  const auto remain = remaining(draw_mask(0, Family::imbalanced, SplitName::train, utterances(6000)),
                                condition_of("imbalanced/50-50-0"));
  EXPECT_NEAR(std::count(remain.begin(), remain.end(), Subset::V), 1500, 150);
}

TEST(Masks, InstanceAffectsEveryUtteranceWithThatProbability) {
  const Mask mask = draw_mask(0, Family::instance, SplitName::train, utterances(6000));
  for (int percent : {1, 30, 99}) {
    EXPECT_NEAR(affected(remaining(mask, {Family::instance, Subset::TAV, percent})), 60. * percent, 150);
  }
  EXPECT_EQ(affected(remaining(mask, {Family::instance, Subset::TAV, 100})), 6000U);
}

TEST(Masks, CountRoundsHalfUpInIntegers) {
  EXPECT_EQ(affected_count(10, 686), 69U);   // 68.6
  EXPECT_EQ(affected_count(50, 229), 115U);  // 114.5
  EXPECT_EQ(affected_count(30, 10), 3U);
  EXPECT_EQ(affected_count(100, 229), 229U);
  EXPECT_EQ(affected_count(10, 4), 0U);  // 0.4
  EXPECT_EQ(affected_count(10, 5), 1U);  // 0.5
  EXPECT_EQ(missing_count(50, 3), 5U);   // 4.5
  EXPECT_EQ(missing_count(70, 10), 20U);
  EXPECT_EQ(missing_count(66, 100), 198U);
}

TEST(MaskTable, HoldsEveryDrawOfEveryDrawnCondition) {
  const auto ids = utterances(20);
  const EvaluationPlan plan{
      {condition_of("random/30"), condition_of("complete"), condition_of("imbalanced/10-50-90"),
       condition_of("random/60"), condition_of("missing_rate/40")},
      3};
  const MaskTable table(plan, SplitName::valid, ids);
  EXPECT_EQ(table.size(), 20U);
  for (const Condition& drawn : plan.conditions) {
    for (int draw = 0; drawn.drawn() && draw < plan.draws; ++draw) {
      std::vector<Subset> rows;
      for (std::uint8_t row : table.rows(drawn, draw)) rows.push_back(kSubsets[row]);
      EXPECT_EQ(rows, remaining(draw_mask(draw, drawn.family, SplitName::valid, ids), drawn)) << text(drawn);
    }
  }
}

}  // namespace
}  // namespace missmodal::sweeps
