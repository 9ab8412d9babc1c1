#include "results/explain.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "results/retry.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using Changes = std::vector<Change>;

// A sweep file that can be read, and gives a cell three attempts.
Provenance three_attempts() {
  Provenance provenance = results::provenance();
  provenance.sweep_text =
      "name: mosi\ndataset: {path: d.safetensors}\nmodel: {text: {encoder: sequence}}\n"
      "stages: [{name: final, seeds: [1111]}]\n";
  provenance.overrides = {"resources.max_attempts=3"};
  return provenance;
}

class Explain : public testing::Test {
 protected:
  // Attempt n began at noon and n minutes, and took n seconds and a half.
  std::string told(const std::string& cell) const {
    SQLite::Database(file_.string(), SQLite::OPEN_READWRITE)
        .exec(
            "UPDATE attempts SET started_unix = 1795694400.0 + 60 * attempt, ended_unix = CASE "
            "WHEN ended_unix IS NULL THEN NULL ELSE 1795694400.0 + 61 * attempt + 0.5 END");
    std::string text = story_text(explain(file_, cell.substr(0, 12)));
    replace(text, cell, "ID");
    replace(text, cell.substr(0, 12), "ID12");
    replace(text, file_.string(), "a.db");
    return text;
  }
  static void replace(std::string& text, const std::string& what, const std::string& by) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
      text.replace(at, what.size(), by);
  }
  static std::string golden(const std::string& name) {
    return read_bytes(std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/results/golden" / name);
  }
  Store open() const { return {file_, three_attempts(), stages(), splits()}; }
  static Changes failed(const std::string& cell, int attempt, FailureClass failure, const std::string& words,
                        bool park = false) {
    return {started(cell, attempt, {1, "node1", "cpu"}), AttemptFailed{cell, attempt, failure, words, park}};
  }

  std::filesystem::path file_ = scratch_folder() / "a.db";
  sweeps::PlannedCell cell_ = planned_cell({}, "final", 0);
};

TEST_F(Explain, AnAcceptedCell) {
  {
    Store store = open();
    sweeps::PlannedCell variant = cell_;
    variant.variant = "all";
    variant.plan_index = 0;
    store.commit(Changes{StagePlanned{"final", {cell_}}, StagePlanned{"ablation", {variant}}});
    accept(store, cell_.id, trial_result({}));
    store.commit(Changes{SweepEnded{0, "1 cell accepted"}});
  }
  EXPECT_EQ(told(cell_.id), golden("explain_accepted.txt"));
}

TEST_F(Explain, ACellParkedByCrashes) {
  {
    Store store = open();
    store.commit(Changes{StagePlanned{"final", {cell_}}});
    for (int attempt = 1; attempt <= 3; ++attempt) {
      store.commit(failed(cell_.id, attempt, FailureClass::crashed, "SIGSEGV: a bad address", attempt == 3));
    }
    store.commit(Changes{SweepEnded{3, "1 cell was parked"}});
  }
  EXPECT_EQ(told(cell_.id), golden("explain_crashed.txt"));
}

TEST_F(Explain, ADivergedCell) {
  {
    Store store = open();
    store.commit(
        Changes{StagePlanned{"search", {planned_cell({}, "search", 0, "", R"({"loss.alpha":0.3})")}}});
    sweeps::TrialResult result;
    result.outcome = sweeps::Outcome::diverged;
    result.diverged_step = 12;
    accept(store, cell_.id, result);
    store.commit(Changes{SweepEnded{3, "1 cell diverged"}});
  }
  EXPECT_EQ(told(cell_.id), golden("explain_diverged.txt"));
}

TEST_F(Explain, ACellThatWasLostAndWentOn) {
  {
    Store store = open();
    AttemptStarted gang = started(cell_.id, 1, {1, "node1", "cuda:0"});
    gang.members.push_back({2, "node1", "cuda:1"});
    gang.members.push_back({5, "node2", "cuda:0"});
    store.commit(Changes{StagePlanned{"final", {cell_}}, gang, AttemptSaved{cell_.id, 1, {3, 120}},
                         AttemptFailed{cell_.id, 1, FailureClass::lost,
                                       "rank 5 on node2 gave no sign of life for 6 s", false}});
    store.commit(
        Changes{started(cell_.id, 2, {3, "node3", "cuda:0"}), AttemptResumed{cell_.id, 2, {3, 120}},
                AttemptSaved{cell_.id, 2, {5, 200}},
                AttemptFailed{cell_.id, 2, FailureClass::hung, "no batch for 300 s, after 220", false}});
    store.commit(Changes{started(cell_.id, 3, {3, "node3", "cuda:0"}), AttemptResumed{cell_.id, 3, {5, 200}},
                         AttemptFinished{cell_.id, 3, trial_result({})}});
    store.commit(Changes{SweepEnded{0, "1 cell accepted"}});
  }
  EXPECT_EQ(told(cell_.id), golden("explain_resumed.txt"));
}

TEST_F(Explain, APendingCell) {
  {
    Store store = open();
    store.commit(Changes{StagePlanned{"final", {cell_}}});
    store.commit(failed(cell_.id, 1, FailureClass::run_error, "no data"));
    store.commit(Changes{SweepEnded{4, "interrupted"}});
  }
  EXPECT_EQ(told(cell_.id), golden("explain_pending.txt"));
}

TEST_F(Explain, CountsAsTheStoreDoes) {
  std::optional<Store> store = open();
  store->commit(Changes{StagePlanned{"final", {cell_}}});
  store->commit(failed(cell_.id, 1, FailureClass::run_error, "no data", true));
  const auto agree = [&](int counted) {
    EXPECT_EQ(explain(file_, cell_.id).counted_failures, counted);
    EXPECT_EQ(store->cells().at(0).counted_failures, counted);
  };
  agree(1);
  store.reset();
  ASSERT_EQ(retry(file_, ""), 1);
  store.emplace(open());
  agree(0);
  store->commit(failed(cell_.id, 2, FailureClass::worker_fault, "no weights"));
  store->commit(Changes{started(cell_.id, 3, {1, "h", "cpu"}), AttemptSaved{cell_.id, 3, {1, 40}},
                        AttemptFailed{cell_.id, 3, FailureClass::crashed, "SIGBUS", false}});
  agree(0);
  store->commit(failed(cell_.id, 4, FailureClass::hung, "no batch"));
  agree(1);
  const CellStory story = explain(file_, cell_.id);
  EXPECT_EQ(story.attempts.at(0).pardoned, "`missmodal retry` has forgiven it");
  EXPECT_EQ(story.attempts.at(1).pardoned, "it was the worker's fault");
  EXPECT_EQ(story.attempts.at(2).pardoned, "it got to a new checkpoint");
  EXPECT_EQ(story.attempts.at(3).pardoned, "");
  EXPECT_EQ(story.max_attempts, 3);
}

TEST_F(Explain, SaysWhoTrainsIt) {
  Store store = open();
  store.commit(Changes{StagePlanned{"final", {cell_}}});
  EXPECT_EQ(explain(file_, cell_.id).why, "it waits for a free worker");
  store.commit(Changes{started(cell_.id, 1, {1, "h", "cpu"})});
  const CellStory story = explain(file_, cell_.id);
  EXPECT_EQ(story.why, "attempt 1 trains it");
  EXPECT_EQ(story.to_do, "nothing: the sweep is run by " + story.writer.value());
  EXPECT_THAT(story_text(story), HasSubstr("  end    running\n"));
}

TEST_F(Explain, SaysThatTheRunDied) {
  {
    Store store = open();
    store.commit(Changes{StagePlanned{"final", {cell_}}, started(cell_.id, 1, {1, "h", "cpu"})});
  }
  const CellStory story = explain(file_, cell_.id);
  EXPECT_EQ(story.why, "the run that trained it ended without a verdict");
  EXPECT_EQ(story.to_do, "run the sweep again; the same command goes on with it");
}

TEST_F(Explain, SaysThatNoStagePlansIt) {
  Store store = open();
  store.commit(Changes{StagePlanned{"final", {cell_}}, StageUnplanned{"final"}});
  EXPECT_EQ(
      explain(file_, cell_.id).why,
      "no stage plans it now; final waits for the winner of search; ablation waits for the winner of search");
}

TEST_F(Explain, SaysWhatHelpsASearch) {
  {
    Store store = open();
    store.commit(Changes{StagePlanned{"search", {planned_cell({}, "search", 0)}}});
    store.commit(failed(cell_.id, 1, FailureClass::data_error, "BERT takes 512 word pieces", true));
    store.commit(Changes{SweepEnded{3, "1 cell was parked"}});
  }
  const CellStory story = explain(file_, cell_.id);
  EXPECT_EQ(story.why, "the configuration does not fit the data, so that trying again cannot help");
  EXPECT_THAT(story.to_do, HasSubstr("or let search select without it: missmodal run --accept-parked"));
}

TEST_F(Explain, WithoutASweepFileThatCanBeRead) {
  const std::string file = fabricate(file_).string();  // whose text is not a whole sweep file
  const std::string cell = text(file, "SELECT id FROM cells WHERE state = 'parked'");
  const CellStory story = explain(file, cell);
  EXPECT_EQ(story.max_attempts, std::nullopt);
  EXPECT_EQ(story.why, "2 of its failures count towards resources.max_attempts");
  EXPECT_THAT(story_text(story), HasSubstr("  counts yes: 2\n"));
}

TEST_F(Explain, AsJson) {
  {
    Store store = open();
    store.commit(Changes{
        StagePlanned{"final", {cell_}}, started(cell_.id, 1, {1, "h", "cpu", "a CPU", "1.13"}),
        AttemptSaved{cell_.id, 1, {3, 120}}, AttemptFailed{cell_.id, 1, FailureClass::lost, "gone", false}});
    store.commit(Changes{SweepEnded{4, "interrupted"}});
  }
  const auto json = nlohmann::json::parse(story_json(explain(file_, cell_.id.substr(0, 8))));
  EXPECT_EQ(json["cell"], cell_.id);
  EXPECT_EQ(json["configuration"]["seed"], 1111);
  EXPECT_EQ(json["state"], "pending");
  EXPECT_EQ(json["places"][0]["stage"], "final");
  EXPECT_EQ(json["places"][0]["planned"], 1);
  EXPECT_EQ(json["max_attempts"], 3);
  EXPECT_TRUE(json["writer"].is_null());
  const auto& attempt = json["attempts"].at(0);
  EXPECT_EQ(attempt["members"][0]["processor"], "a CPU");
  EXPECT_TRUE(attempt["resumed"].is_null());
  EXPECT_EQ(attempt["saved"]["step"], 120);
  EXPECT_EQ(attempt["failure"], "lost");
  EXPECT_EQ(attempt["counts"], false);
  EXPECT_EQ(attempt["pardoned"], "it was nobody's fault");
}

}  // namespace
}  // namespace missmodal::results
