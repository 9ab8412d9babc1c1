#pragma once
// What the coordinator knows: plain data. handlers.h changes it, restore.h fills it from the database, loop.h
// carries out what the handlers return.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "coordinator/by_rank.h"
#include "coordinator/cell_queue.h"
#include "coordinator/cell_table.h"
#include "coordinator/kept_weights.h"
#include "coordinator/seats.h"
#include "results/store.h"
#include "sweeps/failure.h"
#include "sweeps/selection_basis.h"
#include "sweeps/sweep_file.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {

// What a cell's failures in this run have to say about its next attempt.
struct Trouble {
  std::set<int> failed_on{};            // ranks that failed it, by a class that counts
  std::set<int> misfit_for{};           // of these, the ranks that called it a data_error
  std::optional<int> most_on_device{};  // trials on its GPU, itself included: more had no memory left
};

struct PlannedPlace {
  CellHandle cell{};
  std::uint32_t point = 0;  // in StageProgress::points
};

struct StageProgress {
  bool planned = false;
  int expected = 0;                               // cells of a stage that waits for its search
  std::vector<PlannedPlace> cells;                // plan order
  std::vector<std::string> points;                // of a search, canonical JSON, each once; of a repeat "{}"
  std::unordered_map<CellHandle, double> values;  // a search's selection metric by accepted cell
  std::optional<sweeps::SelectionBasis> basis;    // of a planned search with `select`
  std::string winner;         // a search's selected point, canonical JSON; "" until selected
  results::StagePace took{};  // accepted cells of this run and before; what is left of them is not kept here
  int without_parked = 0;     // parked trials that the winner of an earlier run was chosen without
  bool stale_winner = false;  // the database's winner was chosen from something else: to be forgotten
};

// An attempt, and the gang that trains it. It is there until its last member has answered.
struct Assignment {
  worker::AssignmentId id = 0;
  CellHandle cell{};
  int attempt = 0;
  std::string kind;                          // of device, "cpu" or "cuda", the same for all members
  std::vector<worker::Member> members;       // the leader first
  int most_on_device = 1;                    // trials that may share a GPU with it, itself included
  std::set<int> holders{};                   // members that have not answered yet
  bool judged = false;                       // the attempt ended
  bool saved = false;                        // it wrote a checkpoint, further than any before
  bool cancelled = false;                    // the holders were told to give it up
  bool interrupted = false;                  // a member says that it was
  std::string lost{};                        // what a member says of the group that broke
  std::string silent{};                      // who of the members did not answer; "" where nobody was silent
  std::vector<sweeps::EpochRecord> curve{};  // its epochs so far
  std::size_t written = 0;                   // of them, for those who look on
  double begun = 0;                          // State::age when it was given out
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
  std::string set_aside{};             // why it gets no cell for the rest of the run; "" where it does
  bool silent = false;                 // did not answer its gang: it may be dead, and is waited for no longer
  bool lost = false;                   // taken for dead: not spoken to, unless it gives a sign of life
  bool recalled = false;               // gave one, and was told to start anew, or to leave
  double unheard = 0;                  // seconds since anything came of it
  worker::Beat beat{};                 // its last
  double beat_age = 0;                 // State::age when it came
  std::optional<double> processors{};  // that it kept busy between its last two beats
};

// The cell that has waited longest of those that cannot start: what it waits for is kept for it.
struct Reservation {
  CellHandle cell{};
  std::int64_t place = 0;  // in the queue
  std::string kind;        // of device
  std::set<int> seats{};
};

struct Verdict {
  int exit_code = 0;
  std::string text;  // one line
};

// Failures before anything was accepted, all with the same words: the sweep itself is at fault.
struct AlikeFailures {
  std::string words;
  int count = 0;
  std::set<int> ranks{};
  std::vector<CellHandle> parked{};  // cells that they parked
  bool at_fault = false;             // enough of them: the sweep stops
};

struct State {
  sweeps::Sweep sweep;
  sweeps::ContentHashes hashes;
  bool accept_parked = false;  // a search selects without its parked points
  bool reselect = false;       // winners that no longer fit are chosen anew
  bool mixed_devices = false;  // CPUs and GPUs may train cells of one database
  int ranks = 0;               // workers of this job, whether or not they have said Ready; 0: not known
  std::string work;            // folder of checkpoints; "": none are kept

  std::vector<StageProgress> stages;                 // as sweep.stages
  CellTable cells;                                   // also what the database holds from earlier plans
  std::unordered_map<CellHandle, Trouble> troubles;  // of cells that have not ended
  CellQueue queue;                                   // pending cells that a stage plans
  std::unordered_set<CellHandle> represented;        // cells whose representations are kept
  KeptWeights kept_weights;                          // with keep: best
  std::unordered_map<CellHandle, double> valid_mae;  // of accepted cells, with keep: best
  std::optional<Reservation> reservation;
  ByRank<WorkerState> workers;  // that said Ready
  Seats seats;                  // of those that get work
  std::map<worker::AssignmentId, Assignment> assignments;
  int running = 0;                           // assignments that are not judged
  int running_ranks = 0;                     // their members
  worker::AssignmentId last_assignment = 0;  // of this run or any before
  std::set<results::Machine> machines;       // that accepted cells were computed on
  std::set<results::Machine> remarked;       // others, that the user was told of
  std::optional<Verdict>
      closing;  // no more work is given out; the verdict once the running attempts answered
  std::optional<Verdict> verdict;  // set: the sweep is over; whoever still says Ready is told to stop
  AlikeFailures alike;
  bool any_accepted = false;
  double age = 0;                                 // seconds since the start
  bool last_orders = false;                       // the time is nearly up: no attempt is started any more
  std::map<std::string, std::int64_t> oom_kills;  // by host, what its ranks last told
};

}  // namespace missmodal::coordinator
