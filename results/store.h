#pragma once
// One SQLite file = one sweep on one dataset (docs/database.md). One writer, rank 0; readers may look at any
// time.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/change.h"
#include "results/patience.h"
#include "results/remaining.h"
#include "results/rescore.h"
#include "sweeps/label_scale.h"
#include "sweeps/sweep_file.h"

namespace missmodal::results {

// What the database remembers of where it came from, and what it must match to be written again.
struct Provenance {
  std::string sweep_name;
  std::string sweep_text;  // the sweep file's bytes
  std::string dataset_sha256;
  std::string dataset_label;
  std::string dataset_report;  // JSON; "splits" and the label census are read from it
  bool synthetic = false;
  sweeps::LabelScale label_scale = sweeps::LabelScale::three;
  std::string program_version;
  std::string libtorch_version;
  sweeps::EvaluationPlan evaluation;   // what the sweep file asks for now
  std::vector<std::string> overrides;  // the texts of --set
  std::string run_token;               // names this run to whoever started it; "" if nobody asks
  // By assignment: what processes that crashed left behind (worker/last_words.h), one line each. Asked once
  // nobody else can write the database.
  std::function<std::map<std::int64_t, std::string>()> last_words = {};
  int most_crashes = 5;  // without a new checkpoint, and a cell is parked that took the whole run with it
};

// One stage as the reports need it, before any of its cells is known.
struct StageRecord {
  std::string name;
  std::string from;
  bool search = false;
  int planned = 0;  // cells, duplicates counted
};

// A split's utterances in order, for exports and recomputation from the prediction blobs.
struct SplitRecord {
  sweeps::SplitName split = sweeps::SplitName::test;
  std::vector<std::string> ids;
  std::vector<float> labels;
  std::vector<std::string> transcripts = {};  // as many, or none at all; "": that utterance has none
};

enum class CellState { pending, running, accepted, diverged, parked };

// What a restarted coordinator needs of a cell.
struct CellRecord {
  std::string id;
  CellState state = CellState::pending;  // `running` is read back as pending: nobody works on it any more
  int attempts = 0;                      // started so far
  // Since the last `missmodal retry`:
  int counted_failures = 0;  // of a class that counts towards max_attempts, without a new checkpoint
  int fruitless_losses = 0;  // of class `lost` since the last new checkpoint
};

// What accepted cells were computed on: across two of these the same cell may differ in its last bits.
struct Machine {
  std::string device_kind;  // "cpu", "cuda"
  int threads = 1;
  std::string processor;
  std::string libtorch;
  auto operator<=>(const Machine&) const = default;
};

class Store {
 public:
  // Creates the file or opens it to go on. Throws InputError (naming the file) for a file that is no database
  // of ours, of another schema version, of another sweep name, or of another dataset, for one that is damaged
  // (one that no run has ended is looked through, results/soundness.h), and without working locks, and leaves
  // it as it is; RunError where SQLite fails or another writer holds it. A changed sweep text is fine: cells
  // are recognised by their content. Attempts that an earlier run left running become `interrupted`, or
  // `crashed` where there are last words of them. Waits for other programs' locks as `patience` says, here
  // and in every call.
  Store(const std::filesystem::path& file, const Provenance& provenance, std::span<const StageRecord> stages,
        std::span<const SplitRecord> splits, Patience patience = {});
  ~Store();
  Store(Store&&) noexcept;

  // One durable transaction, or none of it. Throws RunError, also for what does not fit: a result or failure
  // of an attempt that is not the cell's running one, a start of a cell that does not wait, another winner
  // for a stage. Precondition: an AttemptFinished is finished or diverged.
  void commit(std::span<const Change> changes);

  // The same without waiting: false, and nothing done, where another program has the database locked. Throws
  // RunError once it was locked for longer than the patience.
  bool try_commit(std::span<const Change> changes);

  // Brings the metrics of every trained cell to what the sweep asks for now (results/rescore.h). Before
  // anything is read that depends on metrics.
  Rescored rescore(const RescoreOptions& options);

  // Every cell of the database, in the order of ids; those that no stage plans any more too.
  std::vector<CellRecord> cells() const;
  std::optional<std::string> selected_point(const std::string& stage) const;
  std::optional<std::string> selected_basis(const std::string& stage) const;
  // By cell: the metric (a column of `metrics`) of every accepted cell on the validation split; the mean row
  // where the condition is drawn, else the fixed one. Cells without such a row, or with NULL there, are not
  // in it.
  std::unordered_map<std::string, double> validation_values(const std::string& metric,
                                                            const sweeps::Condition& condition) const;
  // By cell of a repeat stage that was accepted: the validation MAE, complete modalities, of its best epoch.
  std::unordered_map<std::string, double> best_valid_mae() const;
  // Of every member of an accepted attempt; each one once, in order.
  std::vector<Machine> machines() const;
  // Of the sweep file's stages, in its order.
  std::vector<StagePace> stage_paces() const;
  // The highest that any attempt ever had; 0 before the first.
  std::int64_t last_assignment() const;
  // "wal" on a local disk, "delete" (the rollback journal) on a file system that hosts share.
  std::string journal_mode() const;

 private:
  std::optional<std::string> stage_text(const char* column, const std::string& stage) const;

  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace missmodal::results
