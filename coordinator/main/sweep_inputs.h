#pragma once
// What a sweep file refers to, opened and hashed: the dataset and the pretrained weights.

#include <memory>
#include <vector>

#include "results/store.h"
#include "sweeps/plan.h"
#include "sweeps/sweep_file.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

struct SweepInputs {
  std::shared_ptr<const trainer::Dataset> dataset;
  sweeps::ContentHashes hashes;
  results::Provenance provenance;
  std::vector<results::StageRecord> stages;
  std::vector<results::SplitRecord> splits;
};

// Throws InputError as examine() does, for files that are not there too.
SweepInputs open_inputs(const sweeps::Sweep& sweep);

}  // namespace missmodal::coordinator
