#pragma once
// What the coordinator asks the store to write. A handler returns a list of these; the store commits them as
// one transaction, and only then are messages sent.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "results/worker_row.h"
#include "sweeps/failure.h"
#include "sweeps/plan.h"
#include "sweeps/trial_result.h"

namespace missmodal::results {

// All cells of a stage, before its first is dispatched. It replaces the stage's earlier plan. A cell that is
// already there (of another stage, or of an earlier run) keeps its state; it is only linked to the stage.
struct StagePlanned {
  std::string stage;
  std::vector<sweeps::PlannedCell> cells;
};

// A stage whose search has no winner yet: the cells of its earlier plan leave it, and with it the tables.
struct StageUnplanned {
  std::string stage;
};

struct StageSelected {
  std::string stage;
  std::string point;  // canonical JSON of the winner's settings; stays until StageDeselected
  double value = 0;
  std::string basis = "{}";  // canonical JSON: what it was chosen from (sweeps/selection.h)
};

// --reselect: the winner is forgotten.
struct StageDeselected {
  std::string stage;
};

// One rank of the gang that trains an attempt.
struct AttemptMember {
  int rank = 0;
  std::string host;
  std::string device;          // "cpu", "cuda:0"
  std::string processor = {};  // the CPU's or GPU's name, as its maker spells it
  std::string libtorch = {};   // version
};

struct AttemptStarted {
  std::string cell;
  int attempt = 0;                     // from 1, per cell
  std::int64_t assignment = 0;         // from 1, per database: never used twice
  std::vector<AttemptMember> members;  // the leader first; never empty
  int threads = 1;                     // of each member
};

// Where a training stands that can be gone on with.
struct Checkpoint {
  int epoch = 0;          // that are complete
  std::int64_t step = 0;  // of the whole training
};

// The attempt went on from a checkpoint of an earlier one.
struct AttemptResumed {
  std::string cell;
  int attempt = 0;
  Checkpoint from;
};

// The attempt wrote a checkpoint, further than any before.
struct AttemptSaved {
  std::string cell;
  int attempt = 0;
  Checkpoint at;
};

// Epochs of an attempt that goes on, for who looks on: the last of them is its latest. Of an attempt that has
// ended nothing is written.
struct AttemptProgressed {
  std::string cell;
  int attempt = 0;
  std::vector<sweeps::EpochRecord> epochs;
};

// All workers of this run, in place of what was written of them before.
struct WorkersSeen {
  std::vector<WorkerRow> workers;
};

// Accepts the attempt: its epochs, predictions and metrics, all at once.
struct AttemptFinished {
  std::string cell;
  int attempt = 0;
  sweeps::TrialResult result;  // finished or diverged
};

using sweeps::FailureClass;

struct AttemptFailed {
  std::string cell;
  int attempt = 0;
  FailureClass failure = FailureClass::run_error;
  std::string message;  // one line
  bool park = false;    // the cell used up its attempts
};

// A worker that cannot work: it gets no cell for the rest of this run.
struct WorkerSetAside {
  int rank = 0;
  std::string host;
  std::string reason;  // one line
};

// Parked cells that were not at fault wait again.
struct CellsReleased {
  std::vector<std::string> cells;
};

// The run's verdict. What still runs is running no more: its cells wait for the next run.
struct SweepEnded {
  int exit_code = 0;
  std::string verdict;  // one line
};

using Change = std::variant<StagePlanned, StageUnplanned, StageSelected, StageDeselected, AttemptStarted,
                            AttemptResumed, AttemptSaved, AttemptProgressed, AttemptFinished, AttemptFailed,
                            CellsReleased, WorkerSetAside, WorkersSeen, SweepEnded>;

}  // namespace missmodal::results
