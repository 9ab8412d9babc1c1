#include "tests/results/fabricated.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <utility>

namespace missmodal::results {

std::filesystem::path scratch_folder() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const auto folder = std::filesystem::path(testing::TempDir()) / "missmodal_results" /
                      (std::string(test->test_suite_name()) + "." + test->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::string read_bytes(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  std::string bytes(error ? 0 : size, '\0');
  std::ifstream(file, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

Finished run_shell(const std::string& command) {
  Finished finished;
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    finished.output.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

std::int64_t count(const std::filesystem::path& database, const std::string& query) {
  return SQLite::Database(database.string()).execAndGet(query).getInt64();
}

std::string text(const std::filesystem::path& database, const std::string& query) {
  return SQLite::Database(database.string()).execAndGet(query).getString();
}

Provenance asking(const std::vector<std::string>& conditions, int draws) {
  Provenance provenance = results::provenance();
  provenance.evaluation.conditions.clear();
  for (const std::string& word : conditions)
    provenance.evaluation.conditions.push_back(sweeps::parse_condition(word).value());
  provenance.evaluation.draws = draws;
  return provenance;
}

Value at(const Table& table, std::size_t row, const std::string& column) {
  const auto found = std::find(table.columns.begin(), table.columns.end(), column);
  EXPECT_NE(found, table.columns.end()) << column;
  return table.rows.at(row).at(static_cast<std::size_t>(found - table.columns.begin()));
}

std::vector<std::string> texts(const Table& table, const std::string& column) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    texts.push_back(std::get<std::string>(at(table, i, column)));
  return texts;
}

std::vector<StageRecord> stages() {
  return {{"search", "", true, 2}, {"final", "search", false, 3}, {"ablation", "search", false, 24}};
}

std::vector<SplitRecord> splits() {
  const std::vector<float> labels{-2.0F, -1.0F, 0.0F, 1.0F, -0.4F, 2.5F, -3.0F, 0.6F};
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < labels.size(); ++i) ids.push_back("clip$_$" + std::to_string(i));
  return {{sweeps::SplitName::valid, ids, labels}, {sweeps::SplitName::test, ids, labels}};
}

Store open_store(const std::filesystem::path& database, Patience patience) {
  return {database, provenance(), stages(), splits(), std::move(patience)};
}

namespace {

double complete_mae(const Recipe& recipe) {
  const auto k = static_cast<double>(recipe.seed - 1111);
  if (recipe.route == "full") return 1.0 + 0.02 * k;
  return 0.7 + 0.01 * k + 0.05 * static_cast<double>(4 - recipe.terms.size());
}

double added(const sweeps::Condition& condition) {
  if (condition.family == sweeps::Family::subset) return name(condition.subset).size() == 1 ? 0.2 : 0.1;
  return condition.rate_percent / 1000.0;
}

sweeps::Metrics metrics(double mae) {
  const double share = 1 - mae / 2;
  return {.n = 8,
          .mae = mae,
          .corr = 1 - mae,
          .acc7 = share - 0.3,
          .acc5 = share - 0.2,
          .acc2_has0 = share,
          .f1_has0 = share - 0.01,
          .acc2_non0 = share + 0.02,
          .f1_non0 = share + 0.01,
          .acc3 = std::nullopt};
}

}  // namespace

sweeps::TrialResult trial_result(const Recipe& recipe, const std::vector<sweeps::Condition>& conditions) {
  using sweeps::RowKind;
  using sweeps::SplitName;
  sweeps::TrialResult result;
  result.best_epoch = 1;
  result.epochs = {{1, {{"task", 1.5}, {"total", 2.25}}, 1.25, 0.25, true, 0.5},
                   {2, {{"task", 1.25}, {"total", 2.0}}, 1.5, std::nullopt, false, 0.5}};
  for (const SplitName split : {SplitName::valid, SplitName::test}) {
    result.predictions.push_back({split, std::vector<float>(7 * 8, 0.5F)});
    for (const sweeps::Condition& condition : conditions) {
      const double mae = complete_mae(recipe) + added(condition) - (split == SplitName::valid ? 0.25 : 0);
      if (!condition.drawn()) {
        result.metrics.push_back({split, condition, RowKind::fixed, metrics(mae)});
        continue;
      }
      result.metrics.push_back({split, condition, RowKind::mean, metrics(mae)});
      result.metrics.push_back({split, condition, RowKind::sd, metrics(0.125)});
      result.metrics.push_back({split, condition, RowKind::first, metrics(mae + 0.5)});
      sweeps::Metrics expected = metrics(mae - 0.25);
      expected.corr = expected.f1_has0 = expected.f1_non0 = std::nullopt;
      result.metrics.push_back({split, condition, RowKind::expected, expected});
    }
  }
  result.train_seconds = 12.5;
  result.evaluate_seconds = 0.25;
  result.parameters = 1000;
  result.peak_memory_bytes = 4096;
  return result;
}

AttemptStarted started(const std::string& cell, int attempt, AttemptMember leader, int threads) {
  static std::int64_t last_assignment = 0;  // of all databases of this process
  return {cell, attempt, ++last_assignment, {std::move(leader)}, threads};
}

void accept(Store& store, const std::string& cell, const sweeps::TrialResult& result, int attempt) {
  store.commit(std::vector<Change>{started(cell, attempt, {1, "host", "cpu"})});
  store.commit(std::vector<Change>{AttemptFinished{cell, attempt, result}});
}

std::filesystem::path fabricate(const std::filesystem::path& database, History history) {
  Store store = open_store(database);
  std::vector<std::pair<sweeps::PlannedCell, Recipe>> cells;
  StagePlanned search{"search", {}};
  for (int i = 0; i < 2; ++i) {
    const Recipe recipe{.seed = 7, .alpha = i == 0 ? 0.3 : 0.5};
    search.cells.push_back(
        planned_cell(recipe, "search", i, "", i == 0 ? R"({"loss.alpha":0.3})" : R"({"loss.alpha":0.5})"));
    cells.emplace_back(search.cells.back(), recipe);
  }
  StagePlanned final{"final", {}};
  StagePlanned ablation{"ablation", {}};
  std::string parked;
  for (const std::int64_t seed : {1111, 1112, 1113}) {
    final.cells.push_back(planned_cell({.seed = seed}, "final", static_cast<int>(seed - 1111)));
    for (int bits = 0; bits < 8; ++bits) {
      Recipe recipe{.terms = {"task"}, .route = bits == 0 ? "full" : "subset", .seed = seed};
      for (int i = 0; i < 3; ++i) {
        if ((bits >> i & 1) != 0)
          recipe.terms.emplace_back(std::array{"geo", "dis", "sem"}[static_cast<std::size_t>(i)]);
      }
      const int index = static_cast<int>(seed - 1111) * 8 + bits;
      ablation.cells.push_back(planned_cell(recipe, "ablation", index, "variant" + std::to_string(bits)));
      if (bits == 0 && seed == 1113) {
        parked = ablation.cells.back().id;
      } else {
        cells.emplace_back(ablation.cells.back(), recipe);
      }
    }
  }
  // All in one transaction: a disk's sync takes longer than a test may.
  std::vector<Change> changes{search, StageSelected{"search", R"({"loss.alpha":0.5})", 0.45}, final,
                              ablation};
  if (history == History::winding) std::reverse(cells.begin(), cells.end());
  for (const auto& [cell, recipe] : cells) {
    int attempt = 1;
    const bool fails = history == History::winding && recipe.seed != 1112;
    for (const auto failure : {FailureClass::lost, FailureClass::run_error}) {
      if (!fails) continue;
      changes.emplace_back(started(cell.id, attempt, {1, "elsewhere", "cpu"}));
      changes.emplace_back(AttemptFailed{cell.id, attempt++, failure, "no answer", false});
    }
    changes.emplace_back(started(cell.id, attempt, {1, "host", "cpu"}));
    changes.emplace_back(AttemptFinished{cell.id, attempt, trial_result(recipe)});
  }
  changes.emplace_back(started(parked, 1, {2, "host", "cpu"}));
  changes.emplace_back(AttemptFailed{parked, 1, FailureClass::out_of_memory, "no memory", false});
  changes.emplace_back(started(parked, 2, {2, "host", "cpu"}));
  changes.emplace_back(AttemptFailed{parked, 2, FailureClass::run_error, "disk quota exceeded", true});
  changes.emplace_back(SweepEnded{3, "1 cell was parked"});
  store.commit(changes);
  return database;
}

}  // namespace missmodal::results
