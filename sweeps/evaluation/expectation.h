#pragma once
// The closed form behind `expected`: how likely an utterance is to keep each subset, over all masks.

#include <array>
#include <cstddef>

#include "sweeps/condition.h"

namespace missmodal::sweeps {

// By row(subset); they add up to 1. Over all masks of the exact counts that the condition asks of n
// utterances (`instance`: over all masks, as its count is free). Precondition: a drawn condition, n > 0.
std::array<double, kSubsetCount> subset_weights(const Condition& condition, std::size_t n);

}  // namespace missmodal::sweeps
