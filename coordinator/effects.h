#pragma once
// What an event asks the loop to do: commit first, then send.

#include <string>
#include <vector>

#include "results/change.h"
#include "worker/protocol.h"

namespace missmodal::coordinator {

struct Outgoing {
  int rank = 0;
  worker::Message message;
};

struct Effects {
  std::vector<results::Change> commits;
  std::vector<Outgoing> sends;
  std::vector<std::string> remarks;               // for the user, one line each
  std::vector<std::string> useless_weights = {};  // of cells: trained models that stay no longer
};

}  // namespace missmodal::coordinator
