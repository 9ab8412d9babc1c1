#pragma once
// The ranks of this job that live on this host, as the system tells: MPI_Init, which waits for all of them,
// tells nobody that one has died.

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace missmodal::worker {

class Siblings {
 public:
  // To be asked again and again. Of ranks that an earlier call saw and that live no longer "rank 1, 3 died in
  // it": who died first is among them. Of ranks that died before anybody saw them "of 4 ranks on this host 3
  // came", once all have had time to; the launcher starts them at once. "" while all is well, and of ranks
  // that this process cannot see, as in another container.
  std::string trouble();

 private:
  std::set<std::string> seen_;
  std::optional<std::chrono::steady_clock::time_point> first_;  // call
};

}  // namespace missmodal::worker
