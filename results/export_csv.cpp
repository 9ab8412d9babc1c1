#include "results/export_csv.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "results/column_value.h"
#include "results/csv.h"
#include "results/database.h"
#include "results/evaluations.h"
#include "results/metric_columns.h"
#include "results/owned_folder.h"
#include "sweeps/error.h"
#include "sweeps/evaluation/masks.h"
#include "sweeps/evaluation/metrics.h"

namespace missmodal::results {

namespace {

using sweeps::SplitName;

struct Exported {
  std::string_view table;
  std::string_view order;  // its primary key
};

// Not what only lives while the sweep runs (progress, workers), nor what is a matrix (embeddings).
constexpr std::array kTables{Exported{"sweep", "only_row"},
                             Exported{"evaluations", "id"},
                             Exported{"provenance", "run"},
                             Exported{"verdict", "run"},
                             Exported{"set_aside", "run, rank"},
                             Exported{"stages", "name"},
                             Exported{"cells", "id"},
                             Exported{"stage_cells", "stage, plan_index"},
                             Exported{"attempts", "cell, attempt"},
                             Exported{"attempt_members", "cell, attempt, place"},
                             Exported{"epochs", "cell, epoch"},
                             Exported{"utterances", "split, position"},
                             Exported{"metrics", "cell, split, family, subset, rate_percent, rates, kind"}};

// A file that is written piece by piece.
class CsvFile {
 public:
  explicit CsvFile(OutputFile output) : output_(std::move(output)) {}

  template <typename Fields>
  void line(const Fields& fields) {
    text_ += csv_line(fields);
    if (text_.size() >= kPiece) flush();
  }

  void commit() {
    flush();
    output_.commit();
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{1} << 20;

  void flush() {
    output_.append(text_.data(), text_.size());
    text_.clear();
  }

  OutputFile output_;
  std::string text_;
};

std::string file_name(std::string_view table) {
  return std::string(table) + ".csv";
}

void export_table(SQLite::Database& database, const OwnedFolder& folder, const Exported& exported) {
  CsvFile file(folder.file(file_name(exported.table)));
  SQLite::Statement select(database,
                           fmt::format("SELECT * FROM main.{} ORDER BY {}", exported.table, exported.order));
  std::vector<std::string> names;
  for (int i = 0; i < select.getColumnCount(); ++i) names.emplace_back(select.getColumnName(i));
  file.line(names);
  std::vector<Value> row(names.size());
  while (select.executeStep()) {
    for (std::size_t i = 0; i < names.size(); ++i)
      row[i] = column_value(select.getColumn(static_cast<int>(i)));
    file.line(row);
  }
  file.commit();
}

struct Utterances {
  std::vector<std::string> ids;
  std::vector<float> labels;
};

std::map<std::string, Utterances> read_utterances(SQLite::Database& database) {
  SQLite::Statement select(database, "SELECT split, id, label FROM utterances ORDER BY split, position");
  std::map<std::string, Utterances> splits;
  while (select.executeStep()) {
    Utterances& utterances = splits[select.getColumn(0).getString()];
    utterances.ids.push_back(select.getColumn(1).getString());
    utterances.labels.push_back(static_cast<float>(select.getColumn(2).getDouble()));
  }
  return splits;
}

// Calls `take(cell, split, matrix)` with each 7 x N matrix, N the split's utterances.
template <typename Take>
void each_prediction(SQLite::Database& database, const std::filesystem::path& name,
                     const std::map<std::string, Utterances>& splits, Take take) {
  SQLite::Statement select(database, "SELECT cell, split, matrix FROM predictions ORDER BY cell, split");
  while (select.executeStep()) {
    const std::string cell = select.getColumn(0).getString();
    const std::string split = select.getColumn(1).getString();
    const SQLite::Column blob = select.getColumn(2);
    const auto utterances = splits.find(split);
    std::vector<float> matrix(static_cast<std::size_t>(blob.getBytes()) / sizeof(float));
    if (utterances == splits.end() || matrix.size() != kSubsetCount * utterances->second.labels.size())
      throw InputError(name.string(),
                       fmt::format("cell {}: its predictions of {} fit no utterances", cell, split));
    std::memcpy(matrix.data(), blob.getBlob(), matrix.size() * sizeof(float));
    take(cell, split, matrix);
  }
}

void export_predictions(SQLite::Database& database, const std::filesystem::path& name,
                        const OwnedFolder& folder, const std::map<std::string, Utterances>& splits) {
  CsvFile file(folder.file("predictions.csv"));
  std::vector<std::string> columns{"cell", "split", "id", "label"};
  for (const Subset subset : kSubsets) columns.emplace_back(missmodal::name(subset));
  file.line(columns);
  each_prediction(database, name, splits,
                  [&](const std::string& cell, const std::string& split, const auto& matrix) {
                    const Utterances& utterances = splits.at(split);
                    const std::size_t n = utterances.labels.size();
                    for (std::size_t i = 0; i < n; ++i) {
                      // A float32 with the digits that tell it from its neighbours.
                      std::vector<std::string> fields{cell, split, utterances.ids[i],
                                                      fmt::format("{}", utterances.labels[i])};
                      for (std::size_t row = 0; row < kSubsetCount; ++row)
                        fields.push_back(fmt::format("{}", matrix[row * n + i]));
                      file.line(fields);
                    }
                  });
  file.commit();
}

std::vector<Value> scores(const sweeps::Metrics& metrics) {
  std::vector<Value> values{metrics.n};
  for (const auto& score : {metrics.mae, metrics.corr, metrics.acc7, metrics.acc5, metrics.acc2_has0,
                            metrics.f1_has0, metrics.acc2_non0, metrics.f1_non0, metrics.acc3}) {
    values.emplace_back();
    if (score) values.back() = *score;
  }
  return values;
}

void export_draws(SQLite::Database& database, const std::filesystem::path& name, const OwnedFolder& folder,
                  const std::map<std::string, Utterances>& splits) {
  const sweeps::EvaluationPlan plan = wanted_evaluation(database, name);
  const sweeps::LabelScale scale = label_scale(database);
  std::map<std::string, sweeps::MaskTable> masks;
  for (const SplitName split : {SplitName::train, SplitName::valid, SplitName::test}) {
    const auto utterances = splits.find(std::string(sweeps::name(split)));
    if (utterances != splits.end()) masks.try_emplace(utterances->first, plan, split, utterances->second.ids);
  }
  CsvFile file(folder.file("draws.csv"));
  file.line(std::vector<std::string>{"cell", "split", "condition", "draw", "n", "mae", "corr", "acc7", "acc5",
                                     "acc2_has0", "f1_has0", "acc2_non0", "f1_non0", "acc3"});
  each_prediction(database, name, splits,
                  [&](const std::string& cell, const std::string& split, const auto& matrix) {
                    const std::vector<float>& labels = splits.at(split).labels;
                    const std::size_t n = labels.size();
                    std::vector<float> seen(n);
                    for (const sweeps::Condition& condition : plan.conditions) {
                      if (!condition.drawn()) continue;
                      for (int draw = 0; draw < plan.draws; ++draw) {
                        const auto rows = masks.at(split).rows(condition, draw);
                        for (std::size_t i = 0; i < n; ++i) seen[i] = matrix[rows[i] * n + i];
                        std::vector<Value> row{cell, split, sweeps::text(condition), std::int64_t{draw}};
                        for (Value& value : scores(sweeps::score(seen, labels, scale)))
                          row.push_back(std::move(value));
                        file.line(row);
                      }
                    }
                  });
  file.commit();
}

}  // namespace

void export_csv(const std::filesystem::path& name, const std::filesystem::path& folder, Draws draws) {
  SQLite::Database database = open_for_reading(name);
  std::set<std::string> files{"predictions.csv"};
  for (const Exported& exported : kTables) files.insert(file_name(exported.table));
  if (draws == Draws::exported) files.insert("draws.csv");
  OwnedFolder owned(folder, ".missmodal-export", "an export", files);
  try {
    SQLite::Transaction snapshot(database);
    for (const Exported& exported : kTables) export_table(database, owned, exported);
    const auto splits = read_utterances(database);
    export_predictions(database, name, owned, splits);
    if (draws == Draws::exported) export_draws(database, name, owned, splits);
  } catch (const SQLite::Exception& error) {
    throw_trouble(name, "read", error);
  }
  owned.finish();
}

}  // namespace missmodal::results
