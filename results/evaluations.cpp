#include "results/evaluations.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "results/statement.h"
#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"

namespace missmodal::results {

namespace {

// A sorted JSON list of the conditions' words.
std::string conditions_text(const sweeps::EvaluationPlan& plan) {
  std::set<std::string> words;
  for (const sweeps::Condition& condition : plan.conditions) words.insert(sweeps::text(condition));
  return nlohmann::json(words).dump();
}

}  // namespace

std::int64_t evaluation_id(SQLite::Database& database, const sweeps::EvaluationPlan& plan) {
  const std::string conditions = conditions_text(plan);
  SQLite::Statement insert(database,
                           "INSERT INTO evaluations (conditions, draws, version) VALUES (?1, ?2, ?3) "
                           "ON CONFLICT DO NOTHING");
  execute(insert, conditions, plan.draws, sweeps::kMetricsVersion);
  SQLite::Statement select(
      database, "SELECT id FROM evaluations WHERE conditions = ?1 AND draws = ?2 AND version = ?3");
  bind(select, 1, conditions);
  bind(select, 2, plan.draws);
  bind(select, 3, sweeps::kMetricsVersion);
  MISSMODAL_CHECK(select.executeStep());
  return select.getColumn(0).getInt64();
}

void want_evaluation(SQLite::Database& database, const sweeps::EvaluationPlan& plan) {
  SQLite::Statement update(database, "UPDATE sweep SET evaluation = ?1");
  execute(update, evaluation_id(database, plan));
}

sweeps::EvaluationPlan wanted_evaluation(SQLite::Database& database, const std::filesystem::path& file) {
  SQLite::Statement select(
      database, "SELECT e.conditions, e.draws FROM sweep JOIN evaluations e ON e.id = sweep.evaluation");
  if (!select.executeStep()) throw InputError(file.string(), "says nothing of a sweep");
  sweeps::EvaluationPlan plan{{}, select.getColumn(1).getInt()};
  for (const auto& word : nlohmann::json::parse(select.getColumn(0).getString())) {
    const auto condition = word.is_string() ? sweeps::parse_condition(word.get<std::string>()) : std::nullopt;
    if (!condition)
      throw InputError(file.string(), fmt::format("asks for an unknown condition: {}", word.dump()));
    plan.conditions.push_back(*condition);
  }
  return plan;
}

sweeps::LabelScale label_scale(SQLite::Database& database) {
  const std::string word = database.execAndGet("SELECT label_scale FROM sweep").getString();
  return sweeps::parse_label_scale(word).value_or(sweeps::LabelScale::three);  // the schema knows no other
}

}  // namespace missmodal::results
