#pragma once
// The three kinds of failure that travel as exceptions or abort. What is expected of a trial (diverged,
// interrupted) is a value instead: sweeps/trial_result.h.
//
//   InputError  the user's mistake: YAML, flag, data file, checkpoint, database. Exit code 2.
//   RunError    trouble around us: MPI, CUDA, SQLite, disk, a peer. Exit code 1; an attempt may be retried.
//   MISSMODAL_CHECK  our own bug: always on, aborts with the place.

#include <stdexcept>
#include <string>
#include <vector>

namespace missmodal {

// One mistake and where it is: `sweeps/main.yaml:41: model.dropout`, `data.pkl: byte 1024`, `--seed`.
struct Mistake {
  std::string place;
  std::string reason;
};

// Carries every mistake found at once; main prints one line for each, `place: reason`.
class InputError : public std::runtime_error {
 public:
  InputError(std::string place, std::string reason);
  explicit InputError(std::vector<Mistake> mistakes);  // precondition: not empty
  const std::vector<Mistake>& mistakes() const { return mistakes_; }

 private:
  std::vector<Mistake> mistakes_;
};

class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace missmodal

#define MISSMODAL_CHECK(condition) \
  ((condition) ? void(0) : ::missmodal::check_failed(#condition, __FILE__, __LINE__))
