#pragma once
// What the coordinator asks the store to write. A handler returns a list of these; the store commits them as
// one transaction, and only then are messages sent.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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

struct StageSelected {
  std::string stage;
  std::string point;  // canonical JSON of the winner's settings; stored once, never changed
  double value = 0;
};

struct AttemptStarted {
  std::string cell;
  int attempt = 0;  // from 1, per cell
  int rank = 0;
  std::string host;
  std::string device;
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

struct SweepEnded {
  int exit_code = 0;
  std::string verdict;  // one line
};

using Change =
    std::variant<StagePlanned, StageSelected, AttemptStarted, AttemptFinished, AttemptFailed, SweepEnded>;

}  // namespace missmodal::results
