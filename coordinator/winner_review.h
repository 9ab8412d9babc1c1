#pragma once
// The winners of earlier runs against the sweep file as it is now.

#include <map>
#include <string>
#include <vector>

#include "results/winners.h"
#include "sweeps/error.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::coordinator {

struct WinnerReview {
  std::map<std::string, std::string> fitting;  // by search: the point that the file still asks for
  std::vector<std::string>
      stale;                      // searches whose winner was chosen from something else, in the file's order
  std::vector<Mistake> mistakes;  // why; none for a search that is stale only because its `from` is
};

// A winner fits where the search's trials, `select` and, for a drawn condition, draws and metrics are what it
// was chosen from. The places are `stages.NAME`. Precondition: as plan_stage().
WinnerReview review_winners(const sweeps::Sweep& sweep, const sweeps::ContentHashes& hashes,
                            const std::map<std::string, results::StoredWinner>& stored);

// Throws InputError, its places preceded by the file's name, where a winner is stale.
void refuse_stale_winners(const WinnerReview& review, const std::string& sweep_file);

}  // namespace missmodal::coordinator
