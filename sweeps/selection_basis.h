#pragma once
// What a search's winner was chosen from. It is stored beside the winner, so that a sweep file that asks for
// another choice is recognised instead of being answered with the old one.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

struct SelectionBasis {
  int trials = 0;
  std::string cells;  // SHA-256, hex, of the trials' cell ids in plan order, one a line
  std::string
      points;  // the same of their points: equal cells may stand for settings that have no effect here
  std::string metric;
  std::string condition;  // as the sweep file writes it
  bool minimize = true;
  int draws = 0;            // 0 where the condition is not drawn
  int metrics_version = 0;  // likewise
  int without_parked = 0;   // trials that were parked, and passed over
};

// `trials`: the search as plan_stage() plans it. Precondition: it has a `select`.
SelectionBasis selection_basis(const Sweep& sweep, const Stage& search, std::span<const PlannedCell> trials);

// Whether both ask for the same choice; which trials were parked is history.
bool same_choice(const SelectionBasis& a, const SelectionBasis& b);

// Canonical JSON and back; nothing for text that is none of ours.
std::string text(const SelectionBasis& basis);
std::optional<SelectionBasis> parse_selection_basis(const std::string& text);

// "27 trials by mae on complete"
std::string described(const SelectionBasis& basis);

// What `now` asks for and `before` did not have, in words of the sweep file: `50 trials, by corr`,
// `loss.alpha 0.3, 0.5 (not 0.3, 0.7)`. The configurations are the trials' in plan order, as canonical JSON;
// those of before may be unknown (empty). Precondition: not the same_choice().
std::string changes(const SelectionBasis& before, std::span<const std::string> configurations_before,
                    const SelectionBasis& now, std::span<const PlannedCell> trials_now);

}  // namespace missmodal::sweeps
