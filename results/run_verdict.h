#pragma once
// How one run ended, for whoever started it: the last run in a database may be another's, or an earlier one.

#include <filesystem>
#include <string>

namespace missmodal::results {

struct RunVerdict {
  bool known = false;  // whether the database has such a run
  int exit_code = 0;   // the run's; kExitTrouble where it wrote none
  std::string line;    // why there is none, naming the database; "" where there is one
};

// `token` is what `missmodal run --run-token` got. A database that is not there, or is empty, holds no such
// run. Throws InputError for an empty token, and as report() does.
RunVerdict run_verdict(const std::filesystem::path& database, const std::string& token);

}  // namespace missmodal::results
