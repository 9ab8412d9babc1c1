#include "results/stage_paces.h"

namespace missmodal::results {

std::vector<StagePace> stage_paces(SQLite::Database& database) {
  SQLite::Statement select(
      database,
      "WITH first AS (SELECT p.cell, min(s.position) AS position FROM stages s JOIN stage_cells p ON p.stage "
      "= s.name "
      "WHERE s.position IS NOT NULL GROUP BY p.cell), "
      "took AS (SELECT f.position, c.state, a.train_seconds + a.evaluate_seconds AS seconds FROM first f "
      "JOIN cells c ON c.id = f.cell LEFT JOIN attempts a ON a.cell = c.id AND a.attempt = "
      "c.accepted_attempt "
      "AND a.state = 'accepted') "
      "SELECT max(0, s.planned - (SELECT count(*) FROM stage_cells p WHERE p.stage = s.name)) + "
      "coalesce(sum(CASE t.state WHEN 'pending' THEN 1.0 WHEN 'running' THEN 0.5 END), 0), "
      "count(t.seconds), coalesce(sum(t.seconds), 0), coalesce(sum(t.seconds * t.seconds), 0) "
      "FROM stages s LEFT JOIN took t ON t.position = s.position WHERE s.position IS NOT NULL "
      "GROUP BY s.position ORDER BY s.position");
  std::vector<StagePace> paces;
  while (select.executeStep()) {
    paces.push_back({select.getColumn(0).getDouble(), select.getColumn(1).getInt(),
                     select.getColumn(2).getDouble(), select.getColumn(3).getDouble()});
  }
  return paces;
}

}  // namespace missmodal::results
