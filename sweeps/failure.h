#pragma once
// Why an attempt failed, and what that means for its cell.

#include <optional>
#include <string_view>

namespace missmodal::sweeps {

enum class FailureClass { lost, out_of_memory, data_error, bug, run_error, interrupted };

std::string_view name(FailureClass failure);
std::optional<FailureClass> parse_failure_class(std::string_view text);

// Whether it counts towards max_attempts: only where the attempt's own process failed. `lost` and
// `interrupted` never do; a lost rank or a preempted job says nothing about the cell.
constexpr bool counts(FailureClass failure) {
  return failure != FailureClass::lost && failure != FailureClass::interrupted;
}

// Whether trying again can help: data that does not fit fails the same way every time, so it parks at once.
constexpr bool worth_retrying(FailureClass failure) {
  return failure != FailureClass::data_error;
}

}  // namespace missmodal::sweeps
