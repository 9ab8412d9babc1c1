#pragma once
// What a sweep needs of the disk beside its database.

#include <cstdint>

#include "sweeps/plan_summary.h"
#include "sweeps/sweep_file.h"
#include "trainer/data/dataset.h"

namespace missmodal::coordinator {

struct DiskUse {
  std::int64_t checkpoint_bytes = 0;  // of a trial that runs: two files and the one that is being written
  std::int64_t model_bytes = 0;       // of the largest trained model
  std::int64_t kept_models = 0;       // resources.keep
  std::int64_t kept_bytes = 0;
};

// At most. Nothing is loaded; the weights' folders are there. Throws InputError for one that is none.
DiskUse disk_use(const sweeps::Sweep& sweep, const sweeps::PlanSummary& plan,
                 const trainer::Dataset& dataset);

}  // namespace missmodal::coordinator
