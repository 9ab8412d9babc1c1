#pragma once
// What cells of a made-up sweep are. No GoogleTest here.

#include <cstdint>
#include <string>
#include <vector>

#include "results/store.h"

namespace missmodal::results {

Provenance provenance();

struct Recipe {
  std::vector<std::string> terms{"task", "geo", "dis", "sem"};
  std::string route = "subset";
  std::int64_t seed = 1111;
  double alpha = 0.5;
  int hidden = 64;
  std::string zero_text = {};  // evaluation.zero_at.text; "": not in the configuration
  std::string weights = {};    // model.text.weights_sha256
  std::string normalize = {};
};
sweeps::PlannedCell planned_cell(const Recipe& recipe, const std::string& stage, int plan_index,
                                 const std::string& variant = "", const std::string& point = "{}");

}  // namespace missmodal::results
