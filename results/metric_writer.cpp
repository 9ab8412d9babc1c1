#include "results/metric_writer.h"

#include <algorithm>
#include <tuple>

#include "results/statement.h"

namespace missmodal::results {

namespace {

auto key(const sweeps::MetricRow& row) {
  return std::tuple(name(row.split), name(row.condition.family), name(row.condition.subset),
                    row.condition.rate_percent, sweeps::rates_text(row.condition), name(row.kind));
}

}  // namespace

MetricWriter::MetricWriter(SQLite::Database& database)
    : delete_(database, "DELETE FROM metrics WHERE cell = ?1"),
      insert_(
          database,
          "INSERT INTO metrics (cell, split, family, subset, rate_percent, rates, kind, n, mae, corr, acc7, "
          "acc5, acc2_has0, f1_has0, acc2_non0, f1_non0, acc3) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"),
      set_evaluation_(database,
                      "UPDATE cells SET evaluation = CASE WHEN ?2 THEN (SELECT evaluation FROM sweep) END "
                      "WHERE id = ?1") {}

void MetricWriter::replace(const std::string& cell, const std::vector<sweeps::MetricRow>& rows) {
  execute(delete_, cell);
  // In the order of the primary key SQLite finds the place of each row beside that of the last.
  std::vector<const sweeps::MetricRow*> ordered;
  for (const sweeps::MetricRow& row : rows) ordered.push_back(&row);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return key(*a) < key(*b); });
  for (const sweeps::MetricRow* const one : ordered) {
    const sweeps::MetricRow& row = *one;
    const sweeps::Metrics& m = row.metrics;
    execute(insert_, cell, name(row.split), name(row.condition.family), name(row.condition.subset),
            row.condition.rate_percent, sweeps::rates_text(row.condition), name(row.kind), m.n, m.mae, m.corr,
            m.acc7, m.acc5, m.acc2_has0, m.f1_has0, m.acc2_non0, m.f1_non0, m.acc3);
  }
  execute(set_evaluation_, cell, rows.empty() ? 0 : 1);
}

}  // namespace missmodal::results
