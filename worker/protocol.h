#pragma once
// The messages between coordinator and workers, and their bytes (CBOR, docs/protocol.md). Plain data; no MPI,
// no LibTorch.
//
// An attempt is trained by a gang: one rank or several, the leader first. It is judged once, by the leader's
// Finished or by the first Failed of any member. A member is busy until it has answered: with Finished (the
// leader), Released (the others) or Failed.

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sweeps/condition.h"
#include "sweeps/failure.h"
#include "sweeps/trial_result.h"

namespace missmodal::worker {

inline constexpr int kProtocolVersion = 7;

// Between two beats, both ways.
inline constexpr std::chrono::seconds kBeatInterval{2};

// One attempt of one cell, from 1; never used twice for a database, not in later runs either.
using AssignmentId = std::int64_t;

// Worker to coordinator: I am idle.
struct Ready {
  int protocol = kProtocolVersion;
  std::string host;
  std::string device;          // the best kind that it has: "cpu" or "cuda"
  std::string processor = {};  // the CPU's name
  std::string libtorch = {};   // version
  std::string gpu = {};        // the GPU's name where the device is one, else ""
  int gpus = 0;                // that it sees
  int local = 0;               // its place among the workers of its host, from 0
};

// Worker to coordinator, every other second from the thread that never trains: I live, and get on.
struct Beat {
  AssignmentId assignment = 0;    // that it works on; 0: idle
  std::int64_t progress = 0;      // batches of it so far, of training and evaluation
  std::int64_t memory_bytes = 0;  // resident; 0: not known
  std::int64_t oom_kills = 0;     // by the kernel in its control group so far; 0: none, or not known
  double processor_seconds = 0;   // of its process so far, all threads
};

// Worker to coordinator, of the leader: the training goes on from a checkpoint of an earlier attempt.
struct Resumed {
  AssignmentId assignment = 0;
  int epoch = 0;          // that are complete
  std::int64_t step = 0;  // of the whole training
};

// Worker to coordinator, of the leader: a checkpoint was written, further than any before.
struct Saved {
  AssignmentId assignment = 0;
  int epoch = 0;
  std::int64_t step = 0;
};

// Worker to coordinator, of the leader: an epoch ended. Where the training goes on from a checkpoint, first
// those before it, one message each.
struct Progress {
  AssignmentId assignment = 0;
  sweeps::EpochRecord epoch;
};

// Worker to coordinator, of the leader: the attempt ended by itself, finished or diverged.
struct Finished {
  AssignmentId assignment = 0;
  sweeps::TrialResult result;
};

// Worker to coordinator, of every other member: done, and idle again.
struct Released {
  AssignmentId assignment = 0;
};

// Worker to coordinator, of any member: the attempt failed here; the worker lives and is idle again. What a
// member says of a group that broke is `lost`: only who broke it knows why.
struct Failed {
  AssignmentId assignment = 0;
  sweeps::FailureClass failure = sweeps::FailureClass::run_error;
  std::string message;
  std::vector<int> silent = {};  // ranks of the gang that did not answer within `collective_seconds`
};

struct Member {
  int rank = 0;
  std::string device;  // "cpu", "cuda:0"
  bool operator==(const Member&) const = default;
};

// Coordinator to each member: train this. Complete in itself, so that a worker needs no sweep file.
struct Assign {
  AssignmentId assignment = 0;
  std::string cell;
  int attempt = 0;
  std::vector<Member> members;  // the leader first; the receiver finds itself among them
  std::string configuration;    // canonical JSON
  std::string dataset_path;
  std::string dataset_sha256;  // what the worker must find there
  std::string text_weights;    // folder, "" if none
  std::string weights_sha256;  // what the worker must find in it; "" if none
  sweeps::EvaluationPlan evaluation;
  int threads = 1;
  int trials_per_gpu = 1;        // its share of the device's memory is one of so many
  int collective_seconds = 60;   // how long a mate may be silent inside a collective
  std::string work;              // folder of checkpoints, "" for none; the worker's own not to have it
  bool representations = false;  // whether the result tells them
  std::string weights;           // file that the leader writes the trained model to, "" for none
  int checkpoint_seconds = 60;
  int stall_seconds = 300;  // without a batch, and the rank ends itself
};

// Coordinator to worker, every other second: I live.
struct Pulse {};

// Coordinator to worker: you were silent for so long that you were taken for dead. What it works on is
// another's by now: it gives it up, and says Ready again.
struct Rejoin {};

// Coordinator to a member: give it up, a mate failed or never got it. Answered by Failed or Released; without
// effect where the worker does not work on it any more.
struct Cancel {
  AssignmentId assignment = 0;
};

// Coordinator to worker: interrupt what runs and leave.
struct Stop {};

using Message = std::variant<Ready, Beat, Resumed, Saved, Progress, Finished, Released, Failed, Assign,
                             Cancel, Pulse, Rejoin, Stop>;

// Throws RunError for a message beyond the limits of worker/protocol_limits.h: what was encoded can be
// decoded.
std::string encode(const Message& message);
// Throws RunError saying what is wrong with the bytes; never anything else. Of a Ready of another protocol
// only `protocol` and `host` are read.
Message decode(const std::string& bytes);

}  // namespace missmodal::worker
