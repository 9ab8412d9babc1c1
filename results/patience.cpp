#include "results/patience.h"

#include <fmt/format.h>

#include <utility>

#include "sweeps/error.h"

namespace missmodal::results {

namespace {

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

LockWait::LockWait(std::filesystem::path file, Patience patience)
    : file_(std::move(file)), patience_(std::move(patience)) {}

void LockWait::found_locked() {
  const auto now = std::chrono::steady_clock::now();
  if (!since_) {
    since_ = now;
    tell(fmt::format("{}: another program has locked it; waiting, for at most {:.6g} s", file_.string(),
                     seconds(patience_.limit)));
  }
  if (now - *since_ < patience_.limit) return;
  throw RunError(fmt::format("{}: another program has kept it locked for {:.6g} s (resources.busy_seconds)",
                             file_.string(), seconds(patience_.limit)));
}

void LockWait::got_through() {
  if (!since_) return;
  const auto waited = std::chrono::steady_clock::now() - *since_;
  since_.reset();
  tell(fmt::format("{}: no longer locked, after {:.0f} s", file_.string(), seconds(waited)));
}

void LockWait::tell(const std::string& line) const {
  if (patience_.tell) patience_.tell(line);
}

}  // namespace missmodal::results
