#pragma once
// A cell's rows of `metrics`, with the evaluation they were computed for. For this folder's own use: it shows
// SQLiteCpp. The transaction around it is the caller's.

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

#include "sweeps/trial_result.h"

namespace missmodal::results {

class MetricWriter {
 public:
  // `database` must outlive the writer.
  explicit MetricWriter(SQLite::Database& database);

  // In place of whatever rows the cell has: they are what the sweep asks for now. Without rows the cell has
  // no evaluation. Throws SQLite::Exception.
  void replace(const std::string& cell, const std::vector<sweeps::MetricRow>& rows);

 private:
  SQLite::Statement delete_;
  SQLite::Statement insert_;
  SQLite::Statement set_evaluation_;
};

}  // namespace missmodal::results
