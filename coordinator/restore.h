#pragma once
// The state a coordinator starts from: the sweep file, and what the database already holds of it.

#include "coordinator/state.h"
#include "results/store.h"

namespace missmodal::coordinator {

// The store must outlive the state (it answers stored_value). `retry_parked` gives parked cells a fresh
// start. Throws InputError where a search selects on a condition that the sweep does not evaluate.
struct RestoreOptions {
  bool accept_parked = false;
};
State restore(sweeps::Sweep sweep, sweeps::ContentHashes hashes, const results::Store& store,
              const RestoreOptions& options);

}  // namespace missmodal::coordinator
