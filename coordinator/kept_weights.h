#pragma once
// Of each variant of each repeat stage, the seed whose trained model stays on the disk with `resources.keep:
// best`: the accepted cell with the lowest validation MAE (complete modalities, its best epoch's: what chose
// that epoch). Of two alike, the earlier in the plan.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordinator/cell_table.h"
#include "sweeps/trial_result.h"

namespace missmodal::coordinator {

class KeptWeights {
 public:
  // A new place in the plan of a repeat stage, in plan order.
  void plan(CellHandle cell, const std::string& stage, const std::string& variant);
  // The planned cells whose weights no variant needs any longer: what the cell replaced, or itself.
  std::vector<CellHandle> accepted(CellHandle cell, double valid_mae);

  bool planned(CellHandle cell) const { return places_.contains(cell); }
  bool is_best(CellHandle cell) const;

 private:
  struct Place {
    std::size_t variant = 0;
    std::size_t position = 0;
  };
  struct Variant {
    std::size_t cells = 0;
    std::optional<CellHandle> best;
    double valid_mae = 0;
    std::size_t position = 0;
  };

  std::vector<Variant> variants_;
  std::unordered_map<std::string, std::size_t> by_name_;  // of stage and variant
  std::unordered_map<CellHandle, std::vector<Place>> places_;
};

// Of the best epoch; nothing without one.
std::optional<double> best_valid_mae(const sweeps::TrialResult& result);

}  // namespace missmodal::coordinator
