// Every prefix of a history that the database holds, as a death between two transactions leaves it, is a
// start from which the sweep comes to the same end.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/liveness.h"
#include "sweeps/exit_code.h"
#include "tests/coordinator/invariants.h"
#include "tests/coordinator/small_store.h"
#include "tests/coordinator/small_sweep.h"
#include "tests/results/fabricated.h"

namespace missmodal::coordinator {
namespace {

using Transaction = std::vector<results::Change>;

// A function of the cell alone, as training is.
sweeps::TrialResult train(const worker::Assign& assign) {
  const auto configuration = nlohmann::json::parse(assign.configuration);
  return finished_with(1 + std::abs(configuration.at("loss").value("alpha", 0.0) - 0.6) +
                       configuration.at("seed").get<double>() / 1e12);
}

// Two workers, one of which saves, fails, resumes, is lost and comes back while the other finishes cells.
class Recorder {
 public:
  explicit Recorder(const sweeps::Sweep& sweep) {
    state_.sweep = sweep;
    state_.hashes.dataset_sha256 = std::string(64, 'd');
    state_.stages.resize(sweep.stages.size());
    put(on_start(state_));
    for (const int rank : {1, 2}) put(on_ready(state_, rank, {worker::kProtocolVersion, "h", "cpu"}));
    for (int step = 0; !state_.verdict; ++step) {
      if (step == 2) trouble();
      for (const int rank : {1, 2}) finish(rank);
    }
  }
  const std::vector<Transaction>& transactions() const { return transactions_; }

 private:
  void put(Effects effects) {
    for (const Outgoing& outgoing : effects.sends) {
      if (const auto* assign = std::get_if<worker::Assign>(&outgoing.message))
        given_[outgoing.rank] = *assign;
    }
    if (!effects.commits.empty()) transactions_.push_back(std::move(effects.commits));
    check_invariants(state_);
  }
  std::optional<worker::Assign> take(int rank) {
    const auto found = given_.find(rank);
    if (found == given_.end()) return std::nullopt;
    worker::Assign assign = found->second;
    given_.erase(found);
    return assign;
  }
  void finish(int rank) {
    const auto assign = take(rank);
    if (assign) put(on_finished(state_, rank, {assign->assignment, train(*assign)}));
  }
  void trouble() {
    if (const auto assign = take(1)) {
      put(on_saved(state_, 1, {assign->assignment, 1, 10}));
      put(on_failed(state_, 1, {assign->assignment, sweeps::FailureClass::run_error, "no luck", {}}));
    }
    if (const auto assign = take(1)) {
      put(on_resumed(state_, 1, {assign->assignment, 1, 10}));
      put(on_lost(state_, 1, std::nullopt));
      put(on_heard(state_, 1));
      put(on_ready(state_, 1, {worker::kProtocolVersion, "h", "cpu"}));
    }
  }

  State state_;
  std::map<int, worker::Assign> given_;
  std::vector<Transaction> transactions_;
};

// What the tables are made of; how often each cell was tried is not.
std::string numbers(const std::filesystem::path& file) {
  std::string numbers;
  for (const char* query :
       {"SELECT group_concat(x) FROM (SELECT name || coalesce(selected_point, '') || "
        "coalesce(selected_value, '') AS x "
        "FROM stages ORDER BY position)",
        "SELECT group_concat(x) FROM (SELECT stage || plan_index || cell || variant || state AS x "
        "FROM stage_cells JOIN cells ON id = cell ORDER BY 1)",
        "SELECT group_concat(x) FROM (SELECT cell || split || mae AS x FROM metrics ORDER BY 1)",
        "SELECT group_concat(x) FROM (SELECT cell || epoch || valid_mae AS x FROM epochs ORDER BY 1)",
        "SELECT group_concat(x) FROM (SELECT cell || count(*) AS x FROM attempts WHERE state = 'accepted' "
        "GROUP BY cell ORDER BY 1)"}) {
    numbers += results::text(file, query) + '\n';
  }
  return numbers;
}

TEST(History, EveryPrefixGoesOnToTheSameEnd) {
  const ScratchFolder folder("history");
  const sweeps::Sweep sweep = small_sweep();
  {
    results::Store store = open_store(folder / "undisturbed.db", sweep);
    State state = restored(sweep, store);
    ASSERT_EQ(run_sweep(state, store, train).exit_code, kExitOk);
  }
  const std::string expected = numbers(folder / "undisturbed.db");
  const Recorder recorder(sweep);
  ASSERT_GT(recorder.transactions().size(), 12U);
  for (std::size_t prefix = 0; prefix <= recorder.transactions().size(); ++prefix) {
    SCOPED_TRACE(fmt::format("{} transactions", prefix));
    const auto file = folder / fmt::format("{}.db", prefix);
    {
      results::Store store = open_store(file, sweep);
      for (std::size_t i = 0; i < prefix; ++i) store.commit(recorder.transactions()[i]);
    }
    results::Store store = open_store(file, sweep);
    State state = restored(sweep, store);
    check_invariants(state);
    EXPECT_EQ(run_sweep(state, store, train).exit_code, kExitOk);
    check_invariants(state);
    EXPECT_EQ(numbers(file), expected);
    if (prefix < recorder.transactions().size()) continue;
    // The history had what it is for.
    EXPECT_EQ(
        results::count(file, "SELECT count(*) FROM attempts WHERE failure = 'lost' AND resumed_step = 10"),
        1);
    EXPECT_EQ(results::count(
                  file, "SELECT count(*) FROM attempts WHERE failure = 'run_error' AND checkpoint_step = 10"),
              1);
  }
}

}  // namespace
}  // namespace missmodal::coordinator
