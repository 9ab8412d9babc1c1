#include "results/rescore_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "results/evaluations.h"
#include "results/metric_writer.h"
#include "results/statement.h"
#include "sweeps/error.h"
#include "sweeps/evaluation/evaluation.h"

namespace missmodal::results {

namespace {

using sweeps::SplitName;

constexpr std::string_view kStale =
    "FROM cells c WHERE state IN ('accepted', 'diverged') AND evaluation IS NOT (SELECT evaluation FROM "
    "sweep) "
    "AND EXISTS (SELECT 1 FROM predictions p WHERE p.cell = c.id)";
// So many cells a thread wait or are computed at a time: enough that none is idle while one transaction is
// written.
constexpr std::size_t kCellsAThread = 4;

SplitName split_of(const std::string& text) {
  for (const SplitName split : {SplitName::train, SplitName::valid, SplitName::test}) {
    if (name(split) == text) return split;
  }
  return SplitName::test;  // the schema knows no other
}

// What all cells share of a split.
struct SplitTruth {
  SplitTruth(const sweeps::EvaluationPlan& plan, SplitName split, const std::vector<std::string>& ids,
             std::vector<float> labels_)
      : labels(std::move(labels_)), masks(plan, split, ids) {}
  std::vector<float> labels;
  sweeps::MaskTable masks;
};

struct Job {
  std::string cell;
  std::vector<sweeps::SplitPredictions> predictions;
};

struct Scored {
  std::string cell;
  std::vector<sweeps::MetricRow> rows;
  bool finite = true;
  std::exception_ptr failure;
};

class Evaluator {
 public:
  Evaluator(SQLite::Database& database, const std::filesystem::path& file)
      : plan_(wanted_evaluation(database, file)), scale_(label_scale(database)) {
    SQLite::Statement select(database, "SELECT split, id, label FROM utterances ORDER BY split, position");
    std::map<SplitName, std::pair<std::vector<std::string>, std::vector<float>>> splits;
    while (select.executeStep()) {
      auto& [ids, labels] = splits[split_of(select.getColumn(0).getString())];
      ids.push_back(select.getColumn(1).getString());
      labels.push_back(static_cast<float>(select.getColumn(2).getDouble()));
    }
    SQLite::Statement used(database, "SELECT DISTINCT split FROM predictions");
    while (used.executeStep()) {
      const SplitName split = split_of(used.getColumn(0).getString());
      auto& [ids, labels] = splits[split];
      truth_.try_emplace(split, plan_, split, ids, std::move(labels));
    }
  }

  std::size_t size(SplitName split) const { return truth_.at(split).labels.size(); }

  Scored operator()(const Job& job) const {
    Scored scored{job.cell, {}, true, nullptr};
    for (const sweeps::SplitPredictions& one : job.predictions) {
      const SplitTruth& truth = truth_.at(one.split);
      auto rows = sweeps::evaluate(one.split, one.values, truth.labels, plan_, truth.masks, scale_);
      std::move(rows.begin(), rows.end(), std::back_inserter(scored.rows));
      scored.finite = scored.finite && std::all_of(one.values.begin(), one.values.end(),
                                                   [](float value) { return std::isfinite(value); });
    }
    return scored;
  }

 private:
  sweeps::EvaluationPlan plan_;
  sweeps::LabelScale scale_;
  std::map<SplitName, SplitTruth> truth_;
};

// Threads that evaluate cells, in any order; one thread gives and takes.
class Crew {
 public:
  Crew(unsigned threads, const Evaluator& evaluator) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this, &evaluator] { work(evaluator); });
  }
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      leaving_ = true;
    }
    given_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void give(Job job) {
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(job));
    }
    given_.notify_one();
  }

  // Waits for the next result. Precondition: more were given than taken.
  Scored take() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return !scored_.empty(); });
    Scored scored = std::move(scored_.front());
    scored_.pop_front();
    if (scored.failure) std::rethrow_exception(scored.failure);
    return scored;
  }

 private:
  void work(const Evaluator& evaluator) {
    std::unique_lock lock(mutex_);
    while (true) {
      given_.wait(lock, [this] { return leaving_ || !jobs_.empty(); });
      if (leaving_) return;
      const Job job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      Scored scored;
      try {
        scored = evaluator(job);
      } catch (...) {
        scored.failure = std::current_exception();
      }
      lock.lock();
      scored_.push_back(std::move(scored));
      done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable given_;
  std::condition_variable done_;
  std::deque<Job> jobs_;
  std::deque<Scored> scored_;
  bool leaving_ = false;
  std::vector<std::thread> threads_;
};

class Rescore {
 public:
  explicit Rescore(WriterConnection& connection)
      : connection_(connection),
        evaluator_(connection.database(), connection.name()),
        select_(connection.database(),
                "SELECT split, matrix FROM predictions WHERE cell = ?1 ORDER BY split"),
        metrics_(connection.database()),
        diverge_attempt_(connection.database(),
                         "UPDATE attempts SET state = 'diverged' WHERE cell = ?1 AND state = 'accepted'"),
        diverge_cell_(
            connection.database(),
            "UPDATE cells SET state = 'diverged', diverged_step = 0 WHERE id = ?1 AND state = 'accepted'") {}

  Rescored run(const std::vector<std::string>& cells, const RescoreOptions& options) {
    const unsigned threads =
        options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    Rescored rescored;
    Crew crew(threads, evaluator_);
    std::size_t given = 0;
    while (rescored.cells < static_cast<std::int64_t>(cells.size())) {
      const std::size_t done = static_cast<std::size_t>(rescored.cells);
      while (given < cells.size() && given - done < kCellsAThread * threads) crew.give(job(cells[given++]));
      const Scored scored = crew.take();
      bool newly_diverged = false;
      connection_.patiently([&] { newly_diverged = write(scored); });
      rescored.diverged += newly_diverged ? 1 : 0;
      ++rescored.cells;
      if (options.progress) options.progress(rescored.cells, static_cast<std::int64_t>(cells.size()));
    }
    return rescored;
  }

 private:
  Job job(const std::string& cell) {
    Job job{cell, {}};
    connection_.patiently([&] { job.predictions = predictions(cell); });
    return job;
  }

  std::vector<sweeps::SplitPredictions> predictions(const std::string& cell) {
    std::vector<sweeps::SplitPredictions> predictions;
    select_.tryReset();
    select_.bindNoCopy(1, cell);
    while (select_.executeStep()) {
      const SplitName split = split_of(select_.getColumn(0).getString());
      const SQLite::Column matrix = select_.getColumn(1);
      std::vector<float> values(static_cast<std::size_t>(matrix.getBytes()) / sizeof(float));
      if (values.size() != kSubsetCount * evaluator_.size(split)) {
        throw InputError(
            connection_.name().string(),
            fmt::format("is damaged: cell {} predicts {} x {} numbers for {} utterances of {}", cell,
                        kSubsetCount, values.size() / kSubsetCount, evaluator_.size(split), name(split)));
      }
      if (!values.empty()) std::memcpy(values.data(), matrix.getBlob(), values.size() * sizeof(float));
      predictions.push_back({split, std::move(values)});
    }
    select_.tryReset();
    return predictions;
  }

  // Returns whether the cell was accepted and is diverged now.
  bool write(const Scored& scored) {
    bool diverged = false;
    connection_.transact([&] {
      metrics_.replace(scored.cell, scored.rows);
      if (scored.finite) return;
      execute(diverge_attempt_, scored.cell);
      diverged = execute(diverge_cell_, scored.cell) == 1;
    });
    return diverged;
  }

  WriterConnection& connection_;
  Evaluator evaluator_;
  SQLite::Statement select_;
  MetricWriter metrics_;
  SQLite::Statement diverge_attempt_;
  SQLite::Statement diverge_cell_;
};

std::vector<std::string> stale_cells(SQLite::Database& database) {
  std::vector<std::string> cells;
  SQLite::Statement select(database, fmt::format("SELECT c.id {} ORDER BY c.id", kStale));
  while (select.executeStep()) cells.push_back(select.getColumn(0).getString());
  return cells;
}

// Syncing after every cell would cost more than all else. With the write-ahead log a loss of power can then
// take back the last cells, one by one and whole, and the next run scores them again. The rollback journal
// stays safe.
class SyncLess {
 public:
  explicit SyncLess(WriterConnection& connection) : database_(connection.database()) {
    if (connection.journal_mode() == "wal") database_.exec("PRAGMA synchronous = NORMAL");
    database_.exec("PRAGMA foreign_keys = OFF");  // rows are written of cells that were just read
  }
  ~SyncLess() {
    database_.tryExec("PRAGMA synchronous = EXTRA");  // as WriterConnection has it
    database_.tryExec("PRAGMA foreign_keys = ON");
  }
  SyncLess(const SyncLess&) = delete;
  SyncLess& operator=(const SyncLess&) = delete;

 private:
  SQLite::Database& database_;
};

}  // namespace

Rescored rescore_cells(WriterConnection& connection, const RescoreOptions& options) {
  std::vector<std::string> cells;
  connection.patiently([&] { cells = stale_cells(connection.database()); });
  if (cells.empty()) return {};
  if (options.progress) options.progress(0, static_cast<std::int64_t>(cells.size()));
  const SyncLess quick(connection);
  std::optional<Rescore> rescore;
  connection.patiently([&] { rescore.emplace(connection); });
  return rescore->run(cells, options);
}

}  // namespace missmodal::results
