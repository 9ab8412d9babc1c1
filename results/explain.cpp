#include "results/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "results/cell_name.h"
#include "results/database.h"
#include "results/lease.h"
#include "sweeps/error.h"
#include "sweeps/failure.h"
#include "sweeps/sweep_file.h"

namespace missmodal::results {

namespace {

using sweeps::FailureClass;

template <typename Number>
std::optional<Number> number_or_null(SQLite::Statement& select, int column) {
  if (select.isColumnNull(column)) return std::nullopt;
  return static_cast<Number>(select.getColumn(column).getInt64());
}

std::optional<Checkpoint> checkpoint(SQLite::Statement& select, int epoch) {
  if (select.isColumnNull(epoch + 1)) return std::nullopt;
  return Checkpoint{select.getColumn(epoch).getInt(), select.getColumn(epoch + 1).getInt64()};
}

void read_cell(SQLite::Database& database, CellStory& story) {
  SQLite::Statement select(
      database,
      "SELECT s.name, s.dataset_label, c.configuration, c.model, c.terms, c.route, c.seed, c.state, "
      "c.accepted_attempt, c.best_epoch, c.diverged_step, c.forgiven_attempts "
      "FROM cells c CROSS JOIN sweep s WHERE c.id = ?1");
  select.bind(1, story.cell);
  select.executeStep();
  story.sweep = select.getColumn(0).getString();
  story.dataset = select.getColumn(1).getString();
  story.configuration = select.getColumn(2).getString();
  story.model = select.getColumn(3).getString();
  story.terms = select.getColumn(4).getString();
  story.route = select.getColumn(5).getString();
  story.seed = select.getColumn(6).getInt64();
  story.state = select.getColumn(7).getString();
  story.accepted_attempt = number_or_null<int>(select, 8);
  story.best_epoch = number_or_null<int>(select, 9);
  story.diverged_step = number_or_null<std::int64_t>(select, 10);
  story.forgiven_attempts = select.getColumn(11).getInt();
}

void read_places(SQLite::Database& database, CellStory& story) {
  SQLite::Statement select(
      database,
      "SELECT s.name, s.kind = 'search', s.position IS NOT NULL, p.plan_index, s.planned, p.variant, p.point "
      "FROM stage_cells p JOIN stages s ON s.name = p.stage WHERE p.cell = ?1 "
      "ORDER BY s.position IS NULL, s.position, s.name, p.plan_index");
  select.bind(1, story.cell);
  while (select.executeStep()) {
    story.places.push_back({select.getColumn(0).getString(), select.getColumn(1).getInt() != 0,
                            select.getColumn(2).getInt() != 0, select.getColumn(3).getInt(),
                            select.getColumn(4).getInt(), select.getColumn(5).getString(),
                            select.getColumn(6).getString()});
  }
}

void read_members(SQLite::Database& database, const std::string& cell, AttemptStory& attempt) {
  SQLite::Statement select(database,
                           "SELECT rank, host, device, processor, libtorch FROM attempt_members "
                           "WHERE cell = ?1 AND attempt = ?2 ORDER BY place");
  select.bind(1, cell);
  select.bind(2, attempt.attempt);
  while (select.executeStep()) {
    attempt.members.push_back({select.getColumn(0).getInt(), select.getColumn(1).getString(),
                               select.getColumn(2).getString(), select.getColumn(3).getString(),
                               select.getColumn(4).getString()});
  }
}

void read_attempts(SQLite::Database& database, CellStory& story) {
  SQLite::Statement select(
      database,
      "SELECT attempt, assignment, run, state, started_unix, ended_unix, resumed_epoch, resumed_step, "
      "checkpoint_epoch, checkpoint_step, coalesce(failure, ''), coalesce(message, '') FROM attempts "
      "WHERE cell = ?1 ORDER BY attempt");
  select.bind(1, story.cell);
  while (select.executeStep()) {
    AttemptStory& attempt = story.attempts.emplace_back();
    attempt.attempt = select.getColumn(0).getInt();
    attempt.assignment = select.getColumn(1).getInt64();
    attempt.run = select.getColumn(2).getInt64();
    attempt.state = select.getColumn(3).getString();
    attempt.started_unix = select.getColumn(4).getDouble();
    if (!select.isColumnNull(5)) attempt.ended_unix = select.getColumn(5).getDouble();
    attempt.resumed = checkpoint(select, 6);
    attempt.saved = checkpoint(select, 8);
    attempt.failure = select.getColumn(10).getString();
    attempt.message = select.getColumn(11).getString();
    read_members(database, story.cell, attempt);
  }
}

// Of the last run. A file that this program cannot read any more tells nothing.
std::optional<int> read_max_attempts(SQLite::Database& database) {
  SQLite::Statement select(database,
                           "SELECT sweep_text, overrides FROM provenance ORDER BY run DESC LIMIT 1");
  if (!select.executeStep()) return std::nullopt;
  try {
    const auto overrides = nlohmann::json::parse(select.getColumn(1).getString());
    return sweeps::parse_sweep(select.getColumn(0).getString(), "sweep file",
                               overrides.get<std::vector<std::string>>())
        .resources.max_attempts;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

// The rule of Store::cells(), in words. "" for a failure that counts.
std::string pardon(const AttemptStory& attempt, const CellStory& story) {
  const auto failure = sweeps::parse_failure_class(attempt.failure);
  if (failure == FailureClass::worker_fault) return "it was the worker's fault";
  if (failure && !sweeps::counts(*failure)) return "it was nobody's fault";
  if (attempt.attempt <= story.forgiven_attempts) return "`missmodal retry` has forgiven it";
  if (attempt.saved) return "it got to a new checkpoint";
  return "";
}

void judge_attempts(CellStory& story) {
  for (AttemptStory& attempt : story.attempts) {
    if (attempt.state != "failed") continue;
    attempt.pardoned = pardon(attempt, story);
    attempt.counts = attempt.pardoned.empty();
    if (attempt.counts) ++story.counted_failures;
  }
}

// "final waits for the winner of search", for every stage that does.
std::string waiting_stages(SQLite::Database& database) {
  SQLite::Statement select(database,
                           "SELECT s.name, s.from_stage FROM stages s JOIN stages f ON f.name = s.from_stage "
                           "WHERE s.position IS NOT NULL AND f.selected_point IS NULL ORDER BY s.position");
  std::string text;
  while (select.executeStep()) {
    text += fmt::format("; {} waits for the winner of {}", select.getColumn(0).getString(),
                        select.getColumn(1).getString());
  }
  return text;
}

// Searches with a place of the cell that have no winner yet.
std::vector<std::string> undecided_searches(SQLite::Database& database, const std::string& cell) {
  SQLite::Statement select(
      database,
      "SELECT DISTINCT s.name FROM stage_cells p JOIN stages s ON s.name = p.stage WHERE p.cell = ?1 "
      "AND s.kind = 'search' AND s.position IS NOT NULL AND s.selected_point IS NULL ORDER BY s.position");
  select.bind(1, cell);
  std::vector<std::string> names;
  while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  return names;
}

std::string why_parked(const CellStory& story) {
  const std::string last = story.attempts.empty() ? "" : story.attempts.back().failure;
  if (last == name(FailureClass::data_error)) {
    return "the configuration does not fit the data, so that trying again cannot help";
  }
  if (last == name(FailureClass::lost)) {
    return "its processes were killed again and again, and none got to a new checkpoint";
  }
  return fmt::format(
      "{} of its failures {}{}", story.counted_failures, story.counted_failures == 1 ? "counts" : "count",
      story.max_attempts ? fmt::format(", and resources.max_attempts is {}", *story.max_attempts)
                         : " towards resources.max_attempts");
}

std::string help_for_parked(SQLite::Database& database, const std::filesystem::path& file,
                            const CellStory& story) {
  std::string text =
      fmt::format("mend what the last attempt's words name, then: missmodal retry {} --cell {:.12}",
                  file.string(), story.cell);
  const auto searches = undecided_searches(database, story.cell);
  if (!searches.empty()) {
    text += fmt::format("; or let {} select without it: missmodal run --accept-parked",
                        fmt::join(searches, ", "));
  }
  return text;
}

void judge_ended(SQLite::Database& database, const std::filesystem::path& file, CellStory& story) {
  story.to_do = "nothing";
  if (story.state == "accepted") {
    story.why = fmt::format("attempt {} was accepted", story.accepted_attempt.value_or(0));
    if (story.best_epoch) story.why += fmt::format(", with the weights of epoch {}", *story.best_epoch);
  } else if (story.state == "diverged") {
    story.why = story.diverged_step.value_or(0) > 0
                    ? fmt::format("a loss or gradient of step {} was not finite", *story.diverged_step)
                    : "a prediction was not finite";
    story.to_do = "nothing: that is final, the same configuration and seed would diverge again";
  } else {
    story.why = why_parked(story);
    story.to_do = help_for_parked(database, file, story);
  }
}

// Pending or running.
void judge_open(SQLite::Database& database, CellStory& story) {
  const bool asked =
      std::any_of(story.places.begin(), story.places.end(), [](const Place& place) { return place.asked; });
  const bool running = story.state == "running";
  if (!running && !asked) {
    story.why = "no stage plans it now" + waiting_stages(database);
    story.to_do = "nothing: it is trained once a stage plans it again";
    return;
  }
  if (story.writer) {
    story.why = running ? fmt::format("attempt {} trains it", story.attempts.back().attempt)
                        : "it waits for a free worker";
    story.to_do = "nothing: the sweep is run by " + *story.writer;
    return;
  }
  story.why =
      running ? "the run that trained it ended without a verdict" : "it waits for a run: there is none now";
  story.to_do = "run the sweep again; the same command goes on with it";
}

}  // namespace

CellStory explain(const std::filesystem::path& file, const std::string& cell) {
  SQLite::Database database = open_for_reading(file);
  try {
    CellStory story;
    SQLite::Transaction snapshot(database);
    story.cell = cell_named(database, cell, "cell " + cell);
    story.writer = lease_holder(file);
    read_cell(database, story);
    read_places(database, story);
    read_attempts(database, story);
    story.max_attempts = read_max_attempts(database);
    judge_attempts(story);
    if (story.state == "pending" || story.state == "running") {
      judge_open(database, story);
    } else {
      judge_ended(database, file, story);
    }
    return story;
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "read a cell", error);
  }
}

}  // namespace missmodal::results
