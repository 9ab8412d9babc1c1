#include "sweeps/error.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace missmodal {
namespace {

std::string joined(const std::vector<Mistake>& mistakes) {
  std::string text;
  for (const Mistake& mistake : mistakes) {
    if (!text.empty()) text += '\n';
    text += mistake.place + ": " + mistake.reason;
  }
  return text;
}

}  // namespace

InputError::InputError(std::string place, std::string reason)
    : InputError(std::vector<Mistake>{{std::move(place), std::move(reason)}}) {}

InputError::InputError(std::vector<Mistake> mistakes)
    : std::runtime_error(joined(mistakes)), mistakes_(std::move(mistakes)) {
  MISSMODAL_CHECK(!mistakes_.empty());
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace missmodal
