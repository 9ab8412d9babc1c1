#pragma once
// A run over a store, small enough to be done a thousand times.

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "results/store.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {

// Hears of every transaction that the store says is committed.
using Hear = std::function<void(const std::vector<Change>&)>;

// A sweep in small: a search of one cell, its winner, a repeat of one, which fails once.
class SmallRun {
 public:
  static constexpr int kMetricsPerCell =
      2 * (1 + 4);  // two splits, one row for complete, four for what is drawn
  static constexpr int kEpochsPerCell = 2;

  explicit SmallRun(std::filesystem::path file);
  // Makes the database and leaves with an attempt that runs, and without a verdict.
  void begin(const Hear& hear = {}) const;
  // From whatever is there to the end.
  void go_on(const Hear& hear = {}) const;
  const std::filesystem::path& file() const { return file_; }

 private:
  void add(StagePlanned& stage, const sweeps::PlannedCell& cell, const Recipe& recipe);
  Store open() const;
  void train(const Store& store, const StagePlanned& stage, const Hear& commit) const;

  std::filesystem::path file_;
  StagePlanned search_{"search", {}};
  StagePlanned final_{"final", {}};
  std::map<std::string, Recipe> recipes_;
};

// The text of three tables.
std::string tables_of(const std::filesystem::path& file);

// Everything that the tables and curves are made of; no times, no attempts.
std::string contents_of(SQLite::Database& database);

}  // namespace missmodal::results
