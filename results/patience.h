#pragma once
// How long a writer bears with other programs' locks on its database, and whom it tells.

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "results/lease.h"

namespace missmodal::results {

struct Patience {
  std::chrono::milliseconds limit = std::chrono::seconds(300);
  std::function<void(const std::string& line)> tell = {};  // hears when a wait begins and ends; may be empty
  LeasePace lease = {};
};

// The waits of one connection, one after the other. Whoever owns it decides how to pass the time.
class LockWait {
 public:
  LockWait(std::filesystem::path file, Patience patience);
  // The database was found locked. Throws RunError once a wait has lasted for the limit.
  void found_locked();
  // It was not, and what there was to do is done.
  void got_through();

 private:
  void tell(const std::string& line) const;
  std::filesystem::path file_;
  Patience patience_;
  std::optional<std::chrono::steady_clock::time_point> since_;  // of the wait that goes on
};

}  // namespace missmodal::results
