#pragma once
// The number by which a search ranks a finished trial; always from the validation split.

#include <optional>

#include "sweeps/sweep_file.h"
#include "sweeps/trial_result.h"

namespace missmodal::coordinator {

// The mean over the draws where the condition is drawn. Nothing where it was not evaluated or is NULL.
std::optional<double> selection_metric(const sweeps::TrialResult& result, const sweeps::Selection& selection);

}  // namespace missmodal::coordinator
