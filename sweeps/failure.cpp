#include "sweeps/failure.h"

#include <array>
#include <utility>

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::pair<FailureClass, std::string_view>, 9> kNames{{
    {FailureClass::lost, "lost"},
    {FailureClass::out_of_memory, "out_of_memory"},
    {FailureClass::data_error, "data_error"},
    {FailureClass::bug, "bug"},
    {FailureClass::run_error, "run_error"},
    {FailureClass::interrupted, "interrupted"},
    {FailureClass::worker_fault, "worker_fault"},
    {FailureClass::hung, "hung"},
    {FailureClass::crashed, "crashed"},
}};

}  // namespace

std::string_view name(FailureClass failure) {
  return kNames[static_cast<unsigned>(failure)].second;
}

std::optional<FailureClass> parse_failure_class(std::string_view text) {
  for (const auto& [failure, known] : kNames) {
    if (known == text) return failure;
  }
  return std::nullopt;
}

}  // namespace missmodal::sweeps
