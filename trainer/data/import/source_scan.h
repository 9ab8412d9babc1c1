#pragma once
// The first pass over a source's large arrays, in the file's order: what has to be known before anything can
// be written.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "trainer/data/source/dataset_source.h"
#include "trainer/data/source/padding.h"

namespace missmodal::trainer {

struct SourceScan {
  using Split = std::array<std::vector<NonZero>, 3>;  // by Modality, (N)
  std::array<Split, 3> splits;                        // by SplitName
  std::array<std::int64_t, 3>
      not_finite{};  // by Modality: NaN, infinite, or too large for float32; read as 0
};

// `on_block` after every few MiB.
SourceScan scan_source(DatasetSource& source, const std::function<void()>& on_block);

// Sets what is not finite to 0; how many were.
std::int64_t zero_not_finite(std::span<float> numbers);

}  // namespace missmodal::trainer
