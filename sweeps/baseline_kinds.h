#pragma once
// The models that MissModal is compared with: their keys, and the defaults that were published for MOSI and
// MOSEI (docs/baselines.md).

#include <span>

#include "sweeps/model_kind.h"

namespace missmodal::sweeps {

std::span<const ModelKind> baseline_kinds();

}  // namespace missmodal::sweeps
