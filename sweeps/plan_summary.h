#pragma once
// How much a sweep would run: the plan, counted.

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

struct StageSummary {
  std::string name;
  bool search = false;
  std::string from;
  std::size_t trainings = 0;          // places in the plan: trials, or seeds times variants
  std::size_t distinct_cells = 0;     // different configurations among them
  std::size_t shared_cells = 0;       // of these, how many an earlier stage trains already
  std::size_t points = 0;             // different points of a search, 0 for a repeat
  std::size_t seeds = 0;              // of a repeat
  std::size_t variants = 0;           // of a repeat; 1 where it names none
  std::map<int, std::size_t> widths;  // ranks of a trial -> different configurations of that width
};

// What is trained of one model.
struct ModelCells {
  std::size_t cells = 0;
  Configuration first;  // of these cells, in the plan's order
};

struct PlanSummary {
  std::vector<StageSummary> stages;
  std::size_t cells = 0;  // different ones, over all stages: what is trained
  std::size_t conditions = 0;
  int draws = 0;
  int most_epochs = 0;                // of any cell
  std::vector<ModelCells> of_models;  // as the plan first comes to them
  std::vector<Configuration> models;  // one for each different network and precision
  bool example_winner =
      false;  // whether a stage from a search without winner was counted with its first point
};

// `winners`: the points of the searches that have selected already, by stage. Throws as plan_stage() does.
PlanSummary summarise(const Sweep& sweep, const ContentHashes& hashes,
                      const std::map<std::string, std::string>& winners = {});

}  // namespace missmodal::sweeps
