#include "results/store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "results/change_writer.h"
#include "results/database.h"
#include "results/embedded.h"
#include "results/evaluations.h"
#include "results/lease.h"
#include "results/metric_columns.h"
#include "results/plain_text.h"
#include "results/rescore_cells.h"
#include "results/soundness.h"
#include "results/stage_paces.h"
#include "results/statement.h"
#include "results/writer_connection.h"
#include "sweeps/error.h"
#include "sweeps/failure.h"

namespace missmodal::results {

namespace {

double now_unix() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void create_schema(SQLite::Database& database, const Provenance& provenance) {
  database.exec(std::string(schema_sql()));
  SQLite::Statement insert(
      database,
      "INSERT INTO sweep (only_row, name, dataset_sha256, dataset_label, synthetic, evaluation, label_scale) "
      "VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)");
  insert.bind(1, provenance.sweep_name);
  insert.bind(2, provenance.dataset_sha256);
  insert.bind(3, provenance.dataset_label);
  insert.bind(4, provenance.synthetic ? 1 : 0);
  insert.bind(5, evaluation_id(database, provenance.evaluation));
  insert.bind(6, std::string(sweeps::name(provenance.label_scale)));
  insert.exec();
}

// Throws InputError unless the database belongs to this sweep and dataset.
void check_owner(SQLite::Database& database, const std::filesystem::path& file,
                 const Provenance& provenance) {
  SQLite::Statement select(database, "SELECT name, dataset_sha256, dataset_label FROM sweep");
  if (!select.executeStep()) throw InputError(file.string(), "says nothing of a sweep");
  std::vector<Mistake> mistakes;
  if (const std::string name = select.getColumn(0).getString(); name != provenance.sweep_name) {
    mistakes.push_back(
        {file.string(), fmt::format("belongs to the sweep '{}', not to '{}'", name, provenance.sweep_name)});
  }
  if (const std::string sha256 = select.getColumn(1).getString(); sha256 != provenance.dataset_sha256) {
    mistakes.push_back(
        {file.string(), fmt::format("holds results on the dataset {} ({:.12}), not on {} ({:.12})",
                                    select.getColumn(2).getString(), sha256, provenance.dataset_label,
                                    provenance.dataset_sha256)});
  }
  if (!mistakes.empty()) throw InputError(mistakes);
}

std::int64_t insert_provenance(SQLite::Database& database, const Provenance& provenance,
                               const std::string& journal_mode) {
  SQLite::Statement insert(
      database,
      "INSERT INTO provenance (started_unix, host, process, program_version, libtorch_version, "
      "sqlite_version, journal_mode, sweep_text, overrides, dataset_report, token) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  insert.bind(1, now_unix());
  insert.bind(2, host_name());
  insert.bind(3, static_cast<std::int64_t>(getpid()));
  insert.bind(4, provenance.program_version);
  insert.bind(5, provenance.libtorch_version);
  insert.bind(6, SQLite::getLibVersion());
  insert.bind(7, journal_mode);
  insert.bind(8, provenance.sweep_text);
  insert.bind(9, nlohmann::json(provenance.overrides).dump());
  insert.bind(10, provenance.dataset_report);
  insert.bind(11, provenance.run_token);
  insert.exec();
  return database.getLastInsertRowid();
}

// Stages that the sweep file no longer has keep their winner, but lose their position, and with it their
// place in plans and reports.
void write_stages(SQLite::Database& database, std::span<const StageRecord> stages) {
  database.exec("UPDATE stages SET position = NULL");
  SQLite::Statement upsert(
      database,
      "INSERT INTO stages (name, position, kind, from_stage, planned) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (name) DO UPDATE SET position = excluded.position, kind = excluded.kind, "
      "from_stage = excluded.from_stage, planned = excluded.planned");
  int position = 0;
  for (const StageRecord& stage : stages) {
    upsert.reset();
    upsert.bind(1, stage.name);
    upsert.bind(2, position++);
    upsert.bind(3, stage.search ? "search" : "repeat");
    upsert.bind(4, stage.from);
    upsert.bind(5, stage.planned);
    upsert.exec();
  }
}

constexpr std::size_t kLongestTranscript = 2000;  // characters; as schema.sql says

void write_utterances(SQLite::Database& database, std::span<const SplitRecord> splits) {
  SQLite::Statement insert(database,
                           "INSERT INTO utterances (split, position, id, label, transcript) "
                           "VALUES (?1, ?2, ?3, ?4, nullif(?5, ''))");
  for (const SplitRecord& split : splits) {
    MISSMODAL_CHECK(split.ids.size() == split.labels.size());
    MISSMODAL_CHECK(split.transcripts.empty() || split.transcripts.size() == split.ids.size());
    for (std::size_t i = 0; i < split.ids.size(); ++i) {
      insert.reset();
      insert.bind(1, std::string(name(split.split)));
      insert.bind(2, static_cast<std::int64_t>(i));
      insert.bindNoCopy(3, split.ids[i]);
      insert.bind(4, static_cast<double>(split.labels[i]));
      insert.bind(5, split.transcripts.empty() ? "" : plain_text(split.transcripts[i], kLongestTranscript));
      insert.exec();
    }
  }
}

// Nobody works any more on what an earlier run left running. Whose process crashed failed by its own fault: a
// cell that takes the coordinator with it every time is parked here, where else it would never be judged.
void release_running(SQLite::Database& database, const std::map<std::int64_t, std::string>& last_words,
                     int most_crashes) {
  database.exec("DELETE FROM workers");
  SQLite::Statement crash(database,
                          "UPDATE attempts SET state = 'failed', ended_unix = ?1, failure = 'crashed', "
                          "message = ?3 WHERE state = 'running' AND assignment = ?2");
  for (const auto& [assignment, words] : last_words) execute(crash, now_unix(), assignment, words);
  SQLite::Statement fail(database,
                         "UPDATE attempts SET state = 'failed', ended_unix = ?1, failure = 'interrupted', "
                         "message = 'the coordinator ended before the attempt' WHERE state = 'running'");
  fail.bind(1, now_unix());
  fail.exec();
  SQLite::Statement release(
      database,
      "UPDATE cells SET state = CASE WHEN (SELECT count(*) FROM attempts a WHERE a.cell = cells.id AND "
      "a.attempt > cells.forgiven_attempts AND a.failure = 'crashed' AND a.checkpoint_step IS NULL) >= ?1 "
      "THEN 'parked' ELSE 'pending' END WHERE state = 'running'");
  execute(release, most_crashes);
}

CellState parse_state(std::string_view text) {
  if (text == "accepted") return CellState::accepted;
  if (text == "diverged") return CellState::diverged;
  if (text == "parked") return CellState::parked;
  return CellState::pending;
}

}  // namespace

struct Store::Connection {
  Connection(const std::filesystem::path& file, const Provenance& provenance,
             std::span<const StageRecord> stages, std::span<const SplitRecord> splits, Patience patience)
      : sqlite(file, WriterConnection::Absent::create, std::move(patience)) {
    std::int64_t run = 0;
    const auto last_words =
        provenance.last_words ? provenance.last_words() : std::map<std::int64_t, std::string>();
    sqlite.patiently([&] { run = prepare(provenance, stages, splits, last_words); });
    const std::string wanted = sqlite.journal_mode();
    sqlite.start_journal();
    if (sqlite.journal_mode() != wanted)
      sqlite.patiently([&] { sqlite.transact([&] { correct_journal_mode(run); }); });
    writer.emplace(sqlite.database(), run);
  }

  // Returns the row of this run in `provenance`.
  std::int64_t prepare(const Provenance& provenance, std::span<const StageRecord> stages,
                       std::span<const SplitRecord> splits,
                       const std::map<std::int64_t, std::string>& last_words) {
    SQLite::Database& database = sqlite.database();
    const bool fresh = !database.tableExists("sweep");
    if (!fresh) check_owner(database, sqlite.name(), provenance);
    if (!fresh && lacks_verdict(database) && !sqlite.left_by_its_writer())
      check_sound(database, sqlite.name());
    std::int64_t run = 0;
    sqlite.claim([&] {
      if (fresh) {
        create_schema(database, provenance);
        write_utterances(database, splits);
      }
      if (!fresh) release_running(database, last_words, provenance.most_crashes);
      want_evaluation(database, provenance.evaluation);
      write_stages(database, stages);
      run = insert_provenance(database, provenance, sqlite.journal_mode());
    });
    return run;
  }

  void correct_journal_mode(std::int64_t run) {
    SQLite::Statement update(sqlite.database(), "UPDATE provenance SET journal_mode = ?2 WHERE run = ?1");
    update.bind(1, run);
    update.bind(2, sqlite.journal_mode());
    update.exec();
  }

  void write(std::span<const Change> changes, double now) {
    sqlite.transact([&] {
      try {
        for (const Change& change : changes) writer->write(change, now);
      } catch (const RunError& error) {
        throw RunError(fmt::format("{}: {}", sqlite.name().string(), error.what()));
      }
    });
  }

  // Runs `action`, in whose way locks may be, and gives its troubles their place.
  template <typename Action>
  auto guarded(const std::string& what, Action action) {
    try {
      return action();
    } catch (const SQLite::Exception& error) {
      throw sqlite_trouble(sqlite.name(), what, error);
    }
  }

  template <typename Value>
  Value read(const std::string& what, const std::function<Value(SQLite::Database&)>& query) {
    return guarded(what, [&] {
      Value value;
      sqlite.patiently([&] { value = query(sqlite.database()); });
      return value;
    });
  }

  WriterConnection sqlite;
  std::optional<ChangeWriter> writer;
};

Store::Store(const std::filesystem::path& file, const Provenance& provenance,
             std::span<const StageRecord> stages, std::span<const SplitRecord> splits, Patience patience) {
  try {
    connection_ = std::make_unique<Connection>(file, provenance, stages, splits, std::move(patience));
  } catch (const SQLite::Exception& error) {
    throw_trouble(file, "open", error);
  }
}

Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

void Store::commit(std::span<const Change> changes) {
  const double now = now_unix();
  connection_->guarded("commit",
                       [&] { connection_->sqlite.patiently([&] { connection_->write(changes, now); }); });
}

bool Store::try_commit(std::span<const Change> changes) {
  return connection_->guarded("commit", [&] {
    return connection_->sqlite.at_once([&] { connection_->write(changes, now_unix()); });
  });
}

Rescored Store::rescore(const RescoreOptions& options) {
  return connection_->guarded("rescore", [&] { return rescore_cells(connection_->sqlite, options); });
}

std::vector<CellRecord> Store::cells() const {
  return connection_->read<std::vector<CellRecord>>("read the cells", [](SQLite::Database& database) {
    // One row for each cell and class of failure; the coordinator's rule says which classes count. Whoever
    // got to a new checkpoint has got further, and does not count.
    SQLite::Statement select(
        database,
        "SELECT c.id, c.state, count(a.attempt), coalesce(a.failure, ''), "
        "count(*) FILTER (WHERE a.attempt > c.forgiven_attempts AND a.checkpoint_step IS NULL), "
        "count(*) FILTER (WHERE a.attempt > c.forgiven_attempts AND a.attempt > "
        "(SELECT coalesce(max(attempt), 0) FROM attempts WHERE cell = c.id AND checkpoint_step IS NOT NULL)) "
        "FROM cells c LEFT JOIN attempts a ON a.cell = c.id GROUP BY c.id, a.failure ORDER BY c.id");
    std::vector<CellRecord> cells;
    while (select.executeStep()) {
      const std::string id = select.getColumn(0).getString();
      if (cells.empty() || cells.back().id != id) {
        cells.push_back({id, parse_state(select.getColumn(1).getString())});
      }
      cells.back().attempts += select.getColumn(2).getInt();
      const auto failure = sweeps::parse_failure_class(select.getColumn(3).getString());
      if (failure && sweeps::counts(*failure)) cells.back().counted_failures += select.getColumn(4).getInt();
      if (failure == sweeps::FailureClass::lost)
        cells.back().fruitless_losses += select.getColumn(5).getInt();
    }
    return cells;
  });
}

std::optional<std::string> Store::stage_text(const char* column, const std::string& stage) const {
  using Text = std::optional<std::string>;
  return connection_->read<Text>("read a stage's winner", [&](SQLite::Database& database) {
    SQLite::Statement select(database, fmt::format("SELECT {} FROM stages WHERE name = ?1", column));
    select.bind(1, stage);
    if (!select.executeStep() || select.isColumnNull(0)) return Text();
    return Text(select.getColumn(0).getString());
  });
}

std::optional<std::string> Store::selected_point(const std::string& stage) const {
  return stage_text("selected_point", stage);
}

std::optional<std::string> Store::selected_basis(const std::string& stage) const {
  return stage_text("selected_basis", stage);
}

std::unordered_map<std::string, double> Store::validation_values(const std::string& metric,
                                                                 const sweeps::Condition& condition) const {
  MISSMODAL_CHECK(is_metric(metric));
  using Values = std::unordered_map<std::string, double>;
  return connection_->read<Values>("read the validation scores", [&](SQLite::Database& database) {
    // CROSS JOIN: one look-up a cell, not a scan of all its rows.
    SQLite::Statement select(
        database,
        fmt::format("SELECT c.id, m.{0} FROM cells c CROSS JOIN metrics m ON m.cell = c.id "
                    "AND m.split = 'valid' AND m.family = ?1 AND m.subset = ?2 AND m.rate_percent = ?3 "
                    "AND m.rates = ?4 AND m.kind = ?5 WHERE c.state = 'accepted' AND m.{0} IS NOT NULL",
                    metric));
    select.bind(1, std::string(name(condition.family)));
    select.bind(2, std::string(name(condition.subset)));
    select.bind(3, condition.rate_percent);
    select.bind(4, sweeps::rates_text(condition));
    select.bind(5, std::string(name(condition.drawn() ? sweeps::RowKind::mean : sweeps::RowKind::fixed)));
    Values values;
    while (select.executeStep()) values[select.getColumn(0).getString()] = select.getColumn(1).getDouble();
    return values;
  });
}

std::unordered_map<std::string, double> Store::best_valid_mae() const {
  using Values = std::unordered_map<std::string, double>;
  return connection_->read<Values>("read the best epochs", [](SQLite::Database& database) {
    SQLite::Statement select(database,
                             "SELECT c.id, e.valid_mae FROM stages s JOIN stage_cells p ON p.stage = s.name "
                             "JOIN cells c ON c.id = p.cell AND c.state = 'accepted' "
                             "JOIN epochs e ON e.cell = c.id AND e.epoch = c.best_epoch "
                             "WHERE s.kind = 'repeat' AND e.valid_mae IS NOT NULL");
    Values values;
    while (select.executeStep()) values[select.getColumn(0).getString()] = select.getColumn(1).getDouble();
    return values;
  });
}

std::vector<Machine> Store::machines() const {
  using Machines = std::vector<Machine>;
  return connection_->read<Machines>("read what the attempts ran on", [](SQLite::Database& database) {
    SQLite::Statement select(
        database,
        "SELECT DISTINCT a.device_kind, a.threads, m.processor, m.libtorch FROM attempts a "
        "JOIN attempt_members m ON m.cell = a.cell AND m.attempt = a.attempt "
        "WHERE a.state = 'accepted' ORDER BY 1, 2, 3, 4");
    Machines machines;
    while (select.executeStep()) {
      machines.push_back({select.getColumn(0).getString(), select.getColumn(1).getInt(),
                          select.getColumn(2).getString(), select.getColumn(3).getString()});
    }
    return machines;
  });
}

std::vector<StagePace> Store::stage_paces() const {
  return connection_->read<std::vector<StagePace>>(
      "read what cells took", [](SQLite::Database& database) { return results::stage_paces(database); });
}

std::int64_t Store::last_assignment() const {
  return connection_->read<std::int64_t>("read the last assignment", [](SQLite::Database& database) {
    return database.execAndGet("SELECT coalesce(max(assignment), 0) FROM attempts").getInt64();
  });
}

std::string Store::journal_mode() const {
  return connection_->sqlite.journal_mode();
}

}  // namespace missmodal::results
