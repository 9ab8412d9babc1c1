#pragma once
// A worker of the run that goes on, as the database and everybody who looks on has it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace missmodal::results {

enum class WorkerCondition { idle, training, lost, set_aside, left };
std::string_view name(WorkerCondition condition);               // "set aside"
WorkerCondition parse_worker_condition(std::string_view text);  // precondition: a name

struct WorkerRow {
  int rank = 0;
  std::string host;
  std::string device;  // what it trains on, "cuda:0"; of an idle one its best kind
  std::string processor;
  WorkerCondition condition = WorkerCondition::idle;
  std::string reason;                          // why it is lost or set aside
  std::optional<std::string> cell{};           // that it trains
  int attempt = 0;                             // of that cell
  std::int64_t batches = 0;                    // of that attempt
  std::optional<std::int64_t> memory_bytes{};  // resident
  std::optional<double> processors{};          // kept busy between its last two beats
  double unheard_seconds = 0;                  // since anything came of it
};

}  // namespace missmodal::results
