#pragma once
// What the coordinator knows: plain data. handlers.h changes it, restore.h fills it from the database, loop.h
// carries out what the handlers return.

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/store.h"
#include "sweeps/failure.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {

struct Cell {
  std::string configuration;  // canonical JSON
  std::string text_weights;
  results::CellState state = results::CellState::pending;
  int attempts = 0;          // started so far, in this run and before
  int counted_failures = 0;  // of a class that counts towards max_attempts
};

struct StageProgress {
  bool planned = false;
  std::vector<sweeps::PlannedCell> cells;  // plan order; their configuration texts live in Cell
  std::map<std::string, double> values;    // a search's selection metric by accepted cell
  std::string winner;                      // a search's selected point, canonical JSON; "" until selected
};

struct Assignment {
  std::string cell;
  int attempt = 0;
};

struct WorkerState {
  std::string host;
  std::string device;
  std::string processor;
  std::string libtorch;
  std::optional<Assignment> assignment;  // nothing: idle
  bool stopped = false;                  // was told to leave
};

struct Verdict {
  int exit_code = 0;
  std::string text;  // one line
};

// A stored cell's selection metric, for cells that were accepted before this run.
using StoredValue = std::function<std::optional<double>(const std::string& cell, const std::string& metric,
                                                        const sweeps::Condition& condition)>;

struct State {
  sweeps::Sweep sweep;
  sweeps::ContentHashes hashes;
  StoredValue stored_value;
  bool accept_parked = false;  // a search selects without its parked points

  std::vector<StageProgress> stages;            // as sweep.stages
  std::unordered_map<std::string, Cell> cells;  // by id; also what the database holds from earlier plans
  std::deque<std::string> queue;                // pending cells, next first
  std::map<int, WorkerState> workers;           // by rank
  bool interrupted = false;
  std::optional<Verdict> verdict;  // set: the sweep is over; whoever still says Ready is told to stop

  // Failures before anything was accepted, all of them alike: the sweep itself is at fault.
  int failures_alike = 0;
  std::string first_failure;
  bool any_accepted = false;
};

}  // namespace missmodal::coordinator
