#pragma once
// The first pass over an MMSA source's large arrays, in the file's order: what has to be known before
// anything can be written, and the digest of the whole file.

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "trainer/data/mmsa/mmsa_source.h"
#include "trainer/data/mmsa/padding.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

struct MmsaScan {
  struct Split {
    std::vector<std::int32_t> text_lengths;        // (N): the sum of the mask, at least 1
    std::vector<std::int32_t> tokens;              // without padding
    std::array<std::vector<NonZero>, 3> non_zero;  // by Modality, (N); text: empty
    std::int64_t empty_texts = 0;                  // masks that are all zero
  };
  std::array<Split, 3> splits;
  std::array<std::int64_t, 3>
      not_finite{};  // by Modality: NaN, infinite, or too large for float32; read as 0
  std::string source_sha256;
};

// `on_progress(bytes of the file done)`. InputError where text_bert holds no word pieces, or no mask of ones
// followed by zeros.
MmsaScan scan_mmsa(SourceFile& file, MmsaSource& source,
                   const std::function<void(std::uint64_t)>& on_progress);

// Sets what is not finite to 0; how many were.
std::int64_t zero_not_finite(std::span<float> numbers);

}  // namespace missmodal::trainer
