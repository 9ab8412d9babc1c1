#include "sweeps/evaluation/expectation.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "sweeps/evaluation/evaluation.h"
#include "sweeps/evaluation/masks.h"
#include "sweeps/evaluation/metrics.h"
#include "sweeps/shuffle.h"

namespace missmodal::sweeps {
namespace {

constexpr std::size_t kUtterances = 3;

// One way for three utterances to lose modalities, before anybody gets one back.
struct Choice {
  std::array<std::array<bool, 3>, kUtterances> lost{};    // by utterance and modality
  std::array<std::size_t, kUtterances> drawn_modality{};  // uniform

  int lost_of(std::size_t modality) const {
    int count = 0;
    for (const auto& utterance : lost) count += utterance[modality] ? 1 : 0;
    return count;
  }
  int affected() const {
    int count = 0;
    for (const auto& u : lost) count += u[0] || u[1] || u[2] ? 1 : 0;
    return count;
  }
};

// Every loss of 9 modalities, with every drawn modality.
std::vector<Choice> every_choice() {
  std::vector<Choice> choices;
  for (unsigned bits = 0; bits < 512; ++bits) {
    for (std::size_t drawn = 0; drawn < 27; ++drawn) {
      Choice choice;
      for (std::size_t k = 0; k < 9; ++k) choice.lost[k / 3][k % 3] = bits >> k & 1U;
      choice.drawn_modality = {drawn % 3, drawn / 3 % 3, drawn / 9};
      choices.push_back(choice);
    }
  }
  return choices;
}

// How likely a choice is under a condition, up to a factor; by the recipes of docs/evaluation.md.
double likelihood(const Choice& choice, const Condition& condition) {
  const auto n = static_cast<int>(kUtterances);
  const auto rounded = [](int rate, int count) { return (rate * count + 50) / 100; };
  if (condition.family == Family::imbalanced) {
    for (std::size_t m = 0; m < 3; ++m) {
      if (choice.lost_of(m) != rounded(condition.rates[m], n)) return 0;
    }
    return 1;
  }
  const int rate = condition.rate_percent;
  double result = 1;
  int missing = 0;
  for (std::size_t i = 0; i < kUtterances; ++i) {
    const auto& lost = choice.lost[i];
    const int count = lost[0] + lost[1] + lost[2];
    missing += count;
    if (condition.family == Family::missing_rate && lost[choice.drawn_modality[i]]) return 0;
    if (count == 3) return 0;
    if (condition.family == Family::instance) result *= count == 0 ? 1 - rate / 100.0 : rate / 600.0;
    for (std::size_t m = 0; m < 3; ++m) {
      const bool only_this = name(condition.family) == name(kModalities[m]);
      const bool one_modality = condition.family == Family::text || condition.family == Family::audio ||
                                condition.family == Family::vision;
      if (one_modality && lost[m] && !only_this) return 0;
    }
  }
  if (condition.family == Family::instance) return result;
  if (condition.family == Family::missing_rate) return missing == rounded(rate, 3 * n) ? 1 : 0;
  return choice.affected() == rounded(rate, n) ? 1 : 0;
}

Subset remains(const Choice& choice, std::size_t i) {
  std::string word;
  for (std::size_t m = 0; m < 3; ++m) {
    if (!choice.lost[i][m]) word += "TAV"[m];
  }
  if (word.empty()) word = "TAV"[choice.drawn_modality[i]];
  return *parse_subset(word);
}

class Expectation : public testing::TestWithParam<const char*> {};

TEST_P(Expectation, IsTheMeanOverAllMasks) {
  const Condition condition = parse_condition(GetParam()).value();
  NumberStream numbers("expectation_test");
  const std::vector<float> labels{-1.2F, 0, 2.6F};
  const std::vector<std::string> ids{"a", "b", "c"};
  std::vector<float> predictions;
  for (std::size_t i = 0; i < 7 * kUtterances; ++i)
    predictions.push_back(static_cast<float>(numbers.unit() * 7 - 3.5));

  // Over up to 9261 masks: wider than the numbers that they are compared with.
  long double total = 0;
  std::array<long double, 5> sums{};
  std::array<long double, kSubsetCount> kept{};  // by the first utterance
  for (const Choice& choice : every_choice()) {
    const double weight = likelihood(choice, condition);
    if (weight == 0) continue;
    std::vector<float> looked_up;
    for (std::size_t i = 0; i < kUtterances; ++i)
      looked_up.push_back(predictions[static_cast<std::size_t>(row(remains(choice, i))) * kUtterances + i]);
    const Metrics m = score(looked_up, labels);
    const std::array<double, 5> values{*m.mae, *m.acc7, *m.acc5, *m.acc2_has0, *m.acc2_non0};
    for (std::size_t k = 0; k < values.size(); ++k) sums[k] += weight * values[k];
    kept[static_cast<std::size_t>(row(remains(choice, 0)))] += weight;
    total += weight;
  }
  ASSERT_GT(total, 0);

  const EvaluationPlan plan{{condition}, 1};
  const auto rows =
      evaluate(SplitName::test, predictions, labels, plan, MaskTable(plan, SplitName::test, ids));
  const Metrics& expected = rows.back().metrics;
  ASSERT_EQ(rows.back().kind, RowKind::expected);
  const std::array<double, 5> values{expected.mae.value(), expected.acc7.value(), expected.acc5.value(),
                                     expected.acc2_has0.value(), expected.acc2_non0.value()};
  for (std::size_t k = 0; k < values.size(); ++k)
    EXPECT_NEAR(values[k], static_cast<double>(sums[k] / total), 1e-12) << k;
  EXPECT_EQ(expected.corr, std::nullopt);
  EXPECT_EQ(expected.f1_has0, std::nullopt);
  EXPECT_EQ(expected.f1_non0, std::nullopt);

  const auto weights = subset_weights(condition, kUtterances);
  for (std::size_t s = 0; s < weights.size(); ++s)
    EXPECT_NEAR(weights[s], static_cast<double>(kept[s] / total), 1e-12) << s;
}

INSTANTIATE_TEST_SUITE_P(Tiny, Expectation,
                         testing::Values("text/50", "audio/30", "vision/90", "random/10", "random/60",
                                         "random/100", "missing_rate/5", "missing_rate/10", "missing_rate/30",
                                         "missing_rate/50", "missing_rate/70", "instance/1", "instance/37",
                                         "instance/100", "imbalanced/0-0-0", "imbalanced/30-50-90",
                                         "imbalanced/70-70-30", "imbalanced/100-40-70",
                                         "imbalanced/100-100-100"));

TEST(ExpectationWeights, AddUpToOne) {
  for (std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{686}}) {
    for (const char* text : {"text/90", "random/70", "missing_rate/1", "missing_rate/33", "missing_rate/70",
                             "instance/55", "imbalanced/10-50-90", "imbalanced/100-100-100"}) {
      const auto weights = subset_weights(parse_condition(text).value(), n);
      EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-12) << text << " of " << n;
      for (double weight : weights) EXPECT_GE(weight, 0) << text << " of " << n;
    }
  }
}

}  // namespace
}  // namespace missmodal::sweeps
