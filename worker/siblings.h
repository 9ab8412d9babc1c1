#pragma once
// The ranks of this job that live on this host, as the system tells: MPI_Init, which waits for all of them,
// tells nobody that one has died.

#include <set>
#include <string>

namespace missmodal::worker {

class Siblings {
 public:
  // A rank that an earlier call saw and that lives no longer; "" while there is none. Ranks that this process
  // cannot see, as in another container, were never seen.
  std::string dead();

 private:
  std::set<std::string> seen_;
};

}  // namespace missmodal::worker
