#pragma once
// What the coordinator knows: plain data. handlers.h changes it, restore.h fills it from the database, loop.h
// carries out what the handlers return.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/store.h"
#include "sweeps/failure.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {

struct Cell {
  std::string configuration;  // canonical JSON
  std::string text_weights;
  results::CellState state = results::CellState::pending;
  int attempts = 0;            // started so far, in this run and before
  int counted_failures = 0;    // of a class that counts towards max_attempts
  std::set<int> failed_on{};   // ranks that failed it in this run, by a class that counts
  std::set<int> misfit_for{};  // of these, the ranks that called it a data_error
};

struct StageProgress {
  bool planned = false;
  std::vector<sweeps::PlannedCell> cells;          // plan order; their configuration texts live in Cell
  std::unordered_map<std::string, double> values;  // a search's selection metric by accepted cell
  std::string winner;         // a search's selected point, canonical JSON; "" until selected
  int without_parked = 0;     // parked trials that the winner of an earlier run was chosen without
  bool stale_winner = false;  // the database's winner was chosen from something else: to be forgotten
};

// An attempt that runs, and the gang that trains it.
struct Assignment {
  worker::AssignmentId id = 0;
  std::string cell;
  int attempt = 0;
  std::vector<worker::Member> members;  // the leader first
  std::set<int> holders;                // ranks that have not answered yet
  bool judged = false;                  // its attempt ended; those that hold it still were told to give it up
};

struct WorkerState {
  std::string host;
  std::string device;     // the best kind that it has: "cpu" or "cuda"
  int gpus = 0;           // that it sees
  int local = 0;          // its place among the workers of its host, from 0
  std::string processor;  // the name of what its trials run on: the GPU's, or the CPU's
  std::string libtorch;
  std::optional<worker::AssignmentId> assignment{};  // nothing: idle
  bool stopped = false;                              // was told to leave
  std::string set_aside{};  // why it gets no cell for the rest of the run; "" where it does
};

struct Verdict {
  int exit_code = 0;
  std::string text;  // one line
};

// Failures before anything was accepted, all with the same words: the sweep itself is at fault.
struct AlikeFailures {
  std::string words;
  int count = 0;
  std::set<int> ranks;
  std::vector<std::string> parked;  // cells that they parked
};

struct State {
  sweeps::Sweep sweep;
  sweeps::ContentHashes hashes;
  bool accept_parked = false;  // a search selects without its parked points
  bool reselect = false;       // winners that no longer fit are chosen anew
  bool mixed_devices = false;  // CPUs and GPUs may train cells of one database
  int ranks = 0;               // workers of this job, whether or not they have said Ready; 0: not known

  std::vector<StageProgress> stages;            // as sweep.stages
  std::unordered_map<std::string, Cell> cells;  // by id; also what the database holds from earlier plans
  std::deque<std::string> queue;                // pending cells, next first
  std::map<int, WorkerState> workers;           // by rank
  std::map<worker::AssignmentId, Assignment> assignments;  // that some rank still works on
  worker::AssignmentId last_assignment = 0;                // of this run or any before
  std::set<results::Machine> machines;                     // that accepted cells were computed on
  std::set<results::Machine> remarked;                     // others, that the user was told of
  std::optional<Verdict>
      closing;  // no more work is given out; the verdict once the running attempts answered
  std::optional<Verdict> verdict;  // set: the sweep is over; whoever still says Ready is told to stop
  AlikeFailures alike;
  bool any_accepted = false;
};

}  // namespace missmodal::coordinator
