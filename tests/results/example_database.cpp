// Makes the small database whose tables lie in tests/results/golden/report: example_database DB
// [--without-transcripts] Five seeds of `without` and four of MissModal's ablations, predictions from a
// counter, metrics computed from them.

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "results/store.h"
#include "tests/results/recipe.h"

namespace missmodal::results {
namespace {

constexpr int kUtterances = 24;
constexpr int kDraws = 3;

// Numbers in -1..1 in no order that matters.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed = 7) : state_(seed) {}
  float next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return static_cast<float>(state_ >> 40) / static_cast<float>(1 << 23) - 1;
  }

 private:
  std::uint64_t state_;
};

// What an attacker, or YouTube, might have said.
std::string transcript(int i) {
  static const std::vector<std::string> kTexts{
      "i loved it, the best film of the year",
      "<script>alert(1)</script> & <b>bold</b>",
      "100% of \\input{/etc/passwd} costs $5_000 #1 {x} ^~",
      "line one\nline two\x1b[31m red \xff end | pipe `code` **bold** [a](javascript:x)",
      "naïve café — “quoted” 😀 日本",
      std::string(400, 'x') + " long",
      "it was, um, okay i guess"};
  return kTexts[static_cast<std::size_t>(i) % kTexts.size()];
}

SplitRecord split(sweeps::SplitName name, bool transcripts, Numbers& numbers) {
  SplitRecord record{name, {}, {}};
  for (int i = 0; i < kUtterances; ++i) {
    record.ids.push_back("clip" + std::to_string(i / 4) + "$_$" + std::to_string(i % 4));
    record.labels.push_back(i % 8 == 0 ? 0.0F : std::round(numbers.next() * 15) / 5);
    if (transcripts) record.transcripts.push_back(transcript(i));
  }
  return record;
}

// Right about each label but for some noise, and for what is lost with a modality: `without` loses all of
// text.
sweeps::SplitPredictions predictions(const SplitRecord& split, const Recipe& recipe, Numbers& numbers) {
  constexpr std::array kKept{1.0F, 0.9F, 0.35F, 0.3F, 0.95F, 0.95F, 0.5F};  // TAV T A V TA TV AV
  const bool without = recipe.route == "full";
  sweeps::SplitPredictions predictions{split.split, {}};
  for (std::size_t row = 0; row < kKept.size(); ++row) {
    const bool text = row == 0 || row == 1 || row == 4 || row == 5;
    const float kept =
        without && !text ? 0.1F : kKept[row] - 0.03F * static_cast<float>(4 - recipe.terms.size());
    for (const float label : split.labels) predictions.values.push_back(kept * label + numbers.next());
  }
  return predictions;
}

// Of MissModal's first seed: each subset a cloud by itself at first, then all of them along the labels.
std::vector<sweeps::Representations> representations(const SplitRecord& split) {
  constexpr std::int64_t kWidth = 6;
  Numbers numbers(8);
  std::vector<sweeps::Representations> both;
  for (const sweeps::Moment moment : {sweeps::Moment::before, sweeps::Moment::after}) {
    sweeps::Representations one{moment, {}, kWidth, {}};
    for (int i = 0; i < kUtterances; ++i) one.positions.push_back(i);
    for (std::size_t row = 0; row < kSubsetCount; ++row) {
      for (const float label : split.labels) {
        for (std::int64_t k = 0; k < kWidth; ++k) {
          const float cloud = k == static_cast<std::int64_t>(row) ? 10.0F : 0.0F;
          const float line = k == 0 ? 2 * label : 0;
          one.values.push_back(numbers.next() + (moment == sweeps::Moment::before ? cloud : line));
        }
      }
    }
    both.push_back(std::move(one));
  }
  return both;
}

void make(const std::string& file, bool transcripts) {
  Numbers numbers;
  Provenance provenance = results::provenance();
  provenance.evaluation.conditions = sweeps::paper_conditions();
  for (const char* word : {"missing_rate/10", "missing_rate/70", "instance/50", "imbalanced/10-50-90"})
    provenance.evaluation.conditions.push_back(sweeps::parse_condition(word).value());
  provenance.evaluation.draws = kDraws - 1;  // and then another number: all is computed from the predictions
  const std::vector<SplitRecord> splits{split(sweeps::SplitName::valid, transcripts, numbers),
                                        split(sweeps::SplitName::test, transcripts, numbers)};
  const std::vector<Recipe> recipes{{.terms = {"task"}, .route = "full"},
                                    {.terms = {"task", "geo"}},
                                    {.terms = {"task", "dis", "sem"}},
                                    {.terms = {"task", "geo", "dis", "sem"}}};
  StagePlanned plan{"final", {}};
  std::vector<Change> changes;
  for (int i = 0; i < 20; ++i) {
    Recipe recipe = recipes[static_cast<std::size_t>(i) % recipes.size()];
    recipe.seed = 1111 + i / 4;
    plan.cells.push_back(planned_cell(recipe, "final", i));
    sweeps::TrialResult result;
    result.best_epoch = 1;
    const double pace = 1 + 0.05 * i;
    for (int epoch = 1; epoch <= 4; ++epoch)
      result.epochs.push_back(
          {epoch, {{"total", pace / epoch}}, 1 + pace / (4 * epoch), std::nullopt, true, 0.5 / 4});
    for (const SplitRecord& split : splits) result.predictions.push_back(predictions(split, recipe, numbers));
    if (i == 3) result.representations = representations(splits.back());  // MissModal's first seed
    result.train_seconds = 100 + i;
    result.evaluate_seconds = 2;
    result.parameters = recipe.route == "full" ? 90'000 : 123'456;
    result.peak_memory_bytes = (300 + i) << 20;
    changes.emplace_back(
        AttemptStarted{plan.cells.back().id, 1, i + 1, {{1, "host", "cpu", "a processor", "1.13.0"}}});
    changes.emplace_back(AttemptFinished{plan.cells.back().id, 1, result});
  }
  // After the others, whose numbers stay as they are.
  StagePlanned search{"search", {}};
  for (int i = 0; i < 12; ++i) {
    const Recipe recipe{.seed = i % 3, .alpha = i / 6 == 0 ? 0.3 : 0.7, .hidden = i / 3 % 2 == 0 ? 32 : 64};
    search.cells.push_back(
        planned_cell(recipe, "search", i, "",
                     fmt::format(R"({{"loss.alpha":{},"loss.beta":{},"loss.temperature":{}}})", recipe.alpha,
                                 recipe.hidden / 100.0, 0.5 + 0.2 * (i % 3))));
    sweeps::TrialResult result;
    result.best_epoch = 2;
    result.epochs = {{1, {{"total", 3.0}}, 1.5, std::nullopt, true, 0.5},
                     {2, {{"total", 2.5}}, 1.25, std::nullopt, true, 0.5}};
    for (const SplitRecord& split : splits) result.predictions.push_back(predictions(split, recipe, numbers));
    changes.emplace_back(
        AttemptStarted{search.cells.back().id, 1, 21 + i, {{2, "host", "cpu", "a processor", "1.13.0"}}});
    changes.emplace_back(AttemptFinished{search.cells.back().id, 1, result});
  }
  changes.insert(changes.begin(), plan);
  changes.insert(
      changes.begin(),
      StageSelected{"search", R"({"loss.alpha":0.7,"loss.beta":0.32,"loss.temperature":0.5})", 0.9});
  changes.insert(changes.begin(), search);
  changes.emplace_back(SweepEnded{0, "all accepted"});
  Store(file, provenance, std::vector<StageRecord>{{"search", "", true, 12}, {"final", "", false, 20}},
        splits)
      .commit(changes);
  provenance.evaluation.draws = kDraws;
  const AskedEvaluation asked{provenance.sweep_name, provenance.evaluation};
  rescore(file, &asked, {.threads = 1});
}

}  // namespace
}  // namespace missmodal::results

int main(int argc, char** argv) {
  const bool transcripts = argc == 2;
  if (!transcripts && (argc != 3 || std::string_view(argv[2]) != "--without-transcripts")) {
    std::fprintf(stderr, "example_database: usage: example_database DB [--without-transcripts]\n");
    return 2;
  }
  try {
    missmodal::results::make(argv[1], transcripts);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "example_database: %s\n", error.what());
    return 1;
  }
  return 0;
}
