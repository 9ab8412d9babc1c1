#pragma once
// The ranks of this job that live on this host, as the system tells: MPI_Init, which waits for all of them,
// tells nobody that one has died.

#include <set>
#include <string>

namespace missmodal::worker {

class Siblings {
 public:
  // The ranks that an earlier call saw and that live no longer, as "1, 3": who died first is among them.
  // Ranks that this process cannot see, as in another container, were never seen.
  std::string dead();

 private:
  std::set<std::string> seen_;
};

}  // namespace missmodal::worker
