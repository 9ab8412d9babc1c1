#pragma once
// Why an attempt failed, and what that means for its cell.

#include <optional>
#include <string_view>

namespace missmodal::sweeps {

//   lost, interrupted   nobody's fault: the rank died without a word, the job was preempted
//   crashed, hung       the process died of itself (its last words say how), or made no progress and ended
//   itself worker_fault        the worker's: dataset or weights missing or different there, no usable device.
//   It is
//                       set aside, and its cell goes back untouched
//   data_error          the configuration does not fit the data; the others say what they are
enum class FailureClass {
  lost,
  out_of_memory,
  data_error,
  bug,
  run_error,
  interrupted,
  worker_fault,
  hung,
  crashed
};

std::string_view name(FailureClass failure);
std::optional<FailureClass> parse_failure_class(std::string_view text);

// Whether it counts towards max_attempts: only where the attempt's own process failed. A lost rank, a
// preempted job or a worker that cannot work says nothing about the cell.
constexpr bool counts(FailureClass failure) {
  return failure != FailureClass::lost && failure != FailureClass::interrupted &&
         failure != FailureClass::worker_fault;
}

// Whether trying again can help: data that does not fit fails the same way every time, so it parks as soon as
// a second worker says so, or at once where there is none.
constexpr bool worth_retrying(FailureClass failure) {
  return failure != FailureClass::data_error;
}

}  // namespace missmodal::sweeps
