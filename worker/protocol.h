#pragma once
// The messages between coordinator and workers, and their bytes (CBOR, docs/protocol.md). Plain data; no MPI,
// no LibTorch. Every message about a cell carries its attempt number.

#include <cstdint>
#include <string>
#include <variant>

#include "sweeps/condition.h"
#include "sweeps/failure.h"
#include "sweeps/trial_result.h"

namespace missmodal::worker {

inline constexpr int kProtocolVersion = 2;

// Worker to coordinator: I am idle.
struct Ready {
  int protocol = kProtocolVersion;
  std::string host;
  std::string device;          // "cpu", "cuda:0"
  std::string processor = {};  // the CPU's name
  std::string libtorch = {};   // version
  std::string gpu = {};        // the GPU's name where the device is one, else ""
};

// Worker to coordinator: an epoch of the running attempt ended.
struct Progress {
  std::string cell;
  int attempt = 0;
  sweeps::EpochRecord epoch;
};

// Worker to coordinator: the attempt ended by itself, finished or diverged.
struct Finished {
  std::string cell;
  int attempt = 0;
  sweeps::TrialResult result;
};

// Worker to coordinator: the attempt failed; the worker lives and is idle again.
struct Failed {
  std::string cell;
  int attempt = 0;
  sweeps::FailureClass failure = sweeps::FailureClass::run_error;
  std::string message;
};

// Coordinator to worker: train this. Complete in itself, so that a worker needs no sweep file.
struct Assign {
  std::string cell;
  int attempt = 0;
  std::string configuration;  // canonical JSON
  std::string dataset_path;
  std::string dataset_sha256;  // what the worker must find there
  std::string text_weights;    // folder, "" if none
  std::string weights_sha256;  // what the worker must find in it; "" if none
  sweeps::EvaluationPlan evaluation;
  std::string device;  // "cpu", or the device that this worker said in Ready
  int threads = 1;
};

// Coordinator to worker: interrupt what runs and leave.
struct Stop {};

using Message = std::variant<Ready, Progress, Finished, Failed, Assign, Stop>;

// Throws RunError for a message beyond the limits of worker/protocol_limits.h: what was encoded can be
// decoded.
std::string encode(const Message& message);
// Throws RunError saying what is wrong with the bytes; never anything else. Of a Ready of another protocol
// only `protocol` and `host` are read.
Message decode(const std::string& bytes);

}  // namespace missmodal::worker
