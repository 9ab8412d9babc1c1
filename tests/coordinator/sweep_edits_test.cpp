#include "coordinator/sweep_edits.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "sweeps/plan.h"

namespace missmodal::coordinator {
namespace {

using Lines = std::vector<std::string>;

const sweeps::ContentHashes kContent{"data", {}};
const std::string kBegin = "name: tiny\ndataset: {path: d}\nmodel: {text: {encoder: sequence}}\n";
const std::string kStages = "stages: [{name: final, seeds: [1, 2]}]\n";
const std::string kSearch =
    "stages:\n"
    "  - {name: search, method: {type: grid}, parameters: {loss.alpha: [0.3, 0.5]}, select: {metric: mae}}\n"
    "  - {name: final, from: search, seeds: [1, 2]}\n";

sweeps::Sweep file_of(const std::string& text, const Lines& overrides = {}) {
  return sweeps::parse_sweep(text, "s.yaml", overrides);
}

using Winners = std::map<std::string, std::string>;

// What the database holds after a run of this file to its end.
results::LastRun run_of(const std::string& text, const Winners& winners = {}) {
  results::LastRun last{text, {}, {}, {}};
  const sweeps::Sweep planned = file_of(text);
  for (const sweeps::Stage& stage : planned.stages) {
    const auto winner = stage.from.empty() ? sweeps::Settings{} : sweeps::parse_point(winners.at(stage.from));
    for (const auto& cell : sweeps::plan_stage(planned, stage, winner, kContent))
      last.planned.insert(cell.id);
  }
  last.accepted = last.planned;
  return last;
}

Lines edits(const std::string& before, const std::string& now, const Lines& overrides = {}) {
  return edits_since(run_of(before), file_of(now, overrides), kContent, {});
}

TEST(SweepEdits, SayNothingWhereNothingChanged) {
  EXPECT_EQ(edits(kBegin + kStages, kBegin + kStages), Lines{});
  EXPECT_EQ(edits(kBegin + kStages, "# new\n" + kBegin + "training: {max_epochs: 50}\n" + kStages), Lines{});
}

TEST(SweepEdits, CountTheCellsOfOneKey) {
  EXPECT_EQ(edits(kBegin + kStages, kBegin + "training: {max_epochs: 20}\n" + kStages),
            Lines{"training.max_epochs: 20, was 50: 2 cells are new, 2 of the old plan leave the tables"});
  EXPECT_EQ(edits(kBegin + kStages, kBegin + "stages: [{name: final, seeds: [1, 2, 3]}]\n"),
            Lines{"stages.final.seeds: [1,2,3], was [1,2]: 1 cell is new"});
  EXPECT_EQ(edits(kBegin + kStages, kBegin + "stages: [{name: final, seeds: [2]}]\n"),
            Lines{"stages.final.seeds: [2], was [1,2]: 1 cell of the old plan leaves the tables"});
  EXPECT_EQ(edits(kBegin + kStages, kBegin + "evaluation: {zero_at: {audio: representation}}\n" + kStages),
            Lines{"evaluation.zero_at.audio: \"representation\", was \"input\": no cell changes"});
}

TEST(SweepEdits, CountOnceForSeveralKeys) {
  EXPECT_EQ(edits(kBegin + kStages, kBegin + kStages, {"training.max_epochs=20", "loss.alpha=0.25"}),
            (Lines{"loss.alpha: 0.25, was 0.5", "training.max_epochs: 20, was 50",
                   "with these keys: 2 cells are new, 2 of the old plan leave the tables"}));
}

TEST(SweepEdits, SayWhichAreTrainedAlready) {
  results::LastRun last = run_of(kBegin + kStages);
  const std::string now = kBegin + "stages: [{name: final, seeds: [1, 2, 3, 4]}]\n";
  const auto more = run_of(now);
  for (const std::string& cell : more.planned) {  // of an earlier file with one more seed
    if (last.accepted.size() < 3) last.accepted.insert(cell);
  }
  EXPECT_EQ(edits_since(last, file_of(now), kContent, {}),
            Lines{"stages.final.seeds: [1,2,3,4], was [1,2]: 2 cells are new (1 trained already)"});
}

TEST(SweepEdits, SayWhatIsScoredAgainAndWhatChangesNoCell) {
  EXPECT_EQ(edits(kBegin + kStages,
                  kBegin + "evaluation: {draws: 10}\nresources: {checkpoint_seconds: 30}\n" + kStages),
            (Lines{"evaluation.draws: 10, was 20: scored again",
                   "resources.checkpoint_seconds: 30, was 60: no cell changes"}));
}

TEST(SweepEdits, ShowOfALongListWhatJoinedAndLeft) {
  EXPECT_EQ(edits(kBegin + "evaluation: {conditions: [paper]}\n" + kStages,
                  kBegin +
                      "evaluation: {conditions: [paper, {family: instance, rates: [50]}, {family: "
                      "missing_rate, rates: [70]}]}\n" +
                      kStages),
            Lines{"evaluation.conditions: with instance/50, missing_rate/70: scored again"});
  EXPECT_EQ(
      edits(kBegin + "evaluation: {conditions: [paper]}\n" + kStages,
            kBegin + "evaluation: {conditions: [{family: subset, subsets: [T]}]}\n" + kStages),
      Lines{"evaluation.conditions: without audio/10, audio/20, audio/30, audio/40, audio/50 and 38 more: "
            "scored again"});
}

TEST(SweepEdits, LeaveOutAStageThatWaitsForItsWinner) {
  const Winners winners{{"search", R"({"loss.alpha":0.3})"}};
  const results::LastRun last = run_of(kBegin + kSearch, winners);
  const sweeps::Sweep now = file_of(kBegin + "training: {max_epochs: 20}\n" + kSearch);
  EXPECT_EQ(
      edits_since(last, now, kContent, {}),
      Lines{"training.max_epochs: 20, was 50: 2 cells are new, 4 of the old plan leave the tables; final is "
            "planned once search has its winner"});
  EXPECT_EQ(edits_since(last, now, kContent, winners),
            Lines{"training.max_epochs: 20, was 50: 4 cells are new, 4 of the old plan leave the tables"});
}

TEST(SweepEdits, NameStagesThatCameAndWent) {
  EXPECT_EQ(edits(kBegin + kStages, kBegin + "stages: [{name: other, seeds: [1, 2]}]\n"),
            (Lines{"stages.other: a new stage", "stages.final: the stage is gone",
                   "with these keys: no cell changes"}));
}

TEST(SweepEdits, SayThatTheOldFileCannotBeReadAnyMore) {
  results::LastRun last = run_of(kBegin + kStages);
  last.sweep_text = kBegin + "moddel: 1\n" + kStages;
  const Lines lines = edits_since(last, file_of(kBegin + kStages), kContent, {});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("the last run's sweep file:4: moddel: ")) << lines[0];
  EXPECT_TRUE(lines[0].ends_with(": it can no longer be read, so what has changed since is not known"))
      << lines[0];
}

}  // namespace
}  // namespace missmodal::coordinator
