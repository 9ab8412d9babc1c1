#pragma once
// The state a coordinator starts from: the sweep file, and what the database already holds of it.

#include "coordinator/state.h"
#include "results/store.h"

namespace missmodal::coordinator {

struct RestoreOptions {
  bool accept_parked = false;  // a search selects without its parked points
  bool reselect = false;       // winners that no longer fit the sweep file are chosen anew
  bool mixed_devices = false;  // cells may be trained on CPUs and on GPUs
};

// Parked cells stay parked. Throws InputError where a search selects on a condition that the sweep does not
// evaluate, and without `reselect` where a stored winner no longer fits (coordinator/winner_review.h).
State restore(sweeps::Sweep sweep, sweeps::ContentHashes hashes, const results::Store& store,
              const RestoreOptions& options);

}  // namespace missmodal::coordinator
