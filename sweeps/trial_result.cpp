#include "sweeps/trial_result.h"

#include <array>

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 3> kSplitNames{"train", "valid", "test"};
constexpr std::array<std::string_view, 5> kRowKindNames{"fixed", "mean", "sd", "first", "expected"};

}  // namespace

std::string_view name(SplitName split) {
  return kSplitNames[static_cast<unsigned>(split)];
}
std::string_view name(RowKind kind) {
  return kRowKindNames[static_cast<unsigned>(kind)];
}

}  // namespace missmodal::sweeps
