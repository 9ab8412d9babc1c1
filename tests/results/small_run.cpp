#include "tests/results/small_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "results/report.h"

namespace missmodal::results {

namespace {

using Changes = std::vector<Change>;

constexpr const char* kPoint = R"({"loss.alpha":0.3})";

Hear committing(Store& store, const Hear& hear) {
  return [&store, hear](const Changes& changes) {
    store.commit(changes);
    if (hear) hear(changes);
  };
}

AttemptStarted start(const Store& store, const std::string& cell, int attempt) {
  return {cell, attempt, store.last_assignment() + 1, {{1, "host", "cpu"}}, 1};
}

}  // namespace

SmallRun::SmallRun(std::filesystem::path file) : file_(std::move(file)) {
  const Recipe searched{.seed = 7, .alpha = 0.3};
  const Recipe repeated{.seed = 1111};
  add(search_, planned_cell(searched, "search", 0, "", kPoint), searched);
  add(final_, planned_cell(repeated, "final", 0), repeated);
}

void SmallRun::begin(const Hear& hear) const {
  Store store = open();
  const Hear commit = committing(store, hear);
  commit({search_});
  commit({start(store, search_.cells.front().id, 1)});
}

void SmallRun::go_on(const Hear& hear) const {
  Store store = open();
  const Hear commit = committing(store, hear);
  commit({search_});
  train(store, search_, commit);
  if (store.selected_point("search")) {
    commit({final_});
  } else {
    commit({StageSelected{"search", kPoint, 0.45}, final_});
  }
  train(store, final_, commit);
  commit({SweepEnded{0, "ended"}});
}

void SmallRun::add(StagePlanned& stage, const sweeps::PlannedCell& cell, const Recipe& recipe) {
  stage.cells.push_back(cell);
  recipes_[cell.id] = recipe;
}

Store SmallRun::open() const {
  const std::vector<StageRecord> stages{{"search", "", true, 1}, {"final", "search", false, 1}};
  return {file_, asking({"complete", "text/50"}, 20), stages, splits()};
}

void SmallRun::train(const Store& store, const StagePlanned& stage, const Hear& commit) const {
  const std::vector<sweeps::Condition> conditions = asking({"complete", "text/50"}, 20).evaluation.conditions;
  for (const CellRecord& record : store.cells()) {
    const bool ours = std::any_of(stage.cells.begin(), stage.cells.end(),
                                  [&](const auto& cell) { return cell.id == record.id; });
    if (!ours || record.state == CellState::accepted) continue;
    int attempt = record.attempts;
    if (record.id == final_.cells.front().id && record.counted_failures == 0) {
      commit({start(store, record.id, ++attempt)});
      commit({AttemptFailed{record.id, attempt, FailureClass::run_error, "no answer", false}});
    }
    commit({start(store, record.id, ++attempt)});
    commit({AttemptFinished{record.id, attempt, trial_result(recipes_.at(record.id), conditions)}});
  }
}

std::string tables_of(const std::filesystem::path& file) {
  std::string text;
  for (const Table& table : reports(std::array{Exhibit::table1, Exhibit::table2, Exhibit::area}, {file}))
    text += format(table, Format::text);
  return text;
}

std::string contents_of(SQLite::Database& database) {
  std::string text;
  for (const char* const query :
       {"(SELECT name, dataset_sha256, dataset_label, synthetic, evaluation FROM sweep)", "evaluations",
        "stages", "stage_cells", "metrics", "utterances",
        "(SELECT id, configuration, state, best_epoch, evaluation FROM cells)",
        "(SELECT cell, split, n, hex(matrix) FROM predictions)",
        "(SELECT cell, epoch, losses, valid_mae, valid_corr, best FROM epochs)"}) {
    SQLite::Statement select(database, fmt::format("SELECT * FROM {} ORDER BY 1, 2, 3, 4", query));
    while (select.executeStep()) {
      for (int i = 0; i < select.getColumnCount(); ++i) text += select.getColumn(i).getString() + "|";
    }
  }
  return text;
}

}  // namespace missmodal::results
