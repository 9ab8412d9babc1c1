#pragma once
// Where an utterance's frames lie in its padded row (docs/data.md, "Padding").

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/data/dataset_report.h"

namespace missmodal::trainer {

enum class PaddingRule {
  automatic,  // find out per modality on which side the padding lies
  keep,       // the file's lengths, from the first frame on, whatever lies beyond
  right,      // on the right, whatever the frames look like
};
std::string_view name(PaddingRule rule);  // "auto", "keep", "right"
std::optional<PaddingRule> parse_padding_rule(std::string_view text);

// The non-zero frames of a padded row: first .. end, end excluded. Zero frames may lie between them; none:
// {0, 0}.
struct NonZero {
  std::int32_t first = 0;
  std::int32_t end = 0;
  bool operator==(const NonZero&) const = default;
};
NonZero find_non_zero(std::span<const float> frames, std::size_t width);

// The frames that an utterance keeps: length >= 1, begin + length <= steps.
struct Window {
  std::int32_t begin = 0;
  std::int32_t length = 1;
  bool operator==(const Window&) const = default;
};

struct Padding : PaddingCensus {
  std::vector<Window> windows;  // by utterance
};

// One modality over the whole file, whose lengths are known. Precondition: as many steps and lengths as rows,
// each at least 1 and 0.
Padding place_windows(PaddingRule rule, std::span<const std::int32_t> steps, std::span<const NonZero> rows,
                      std::span<const std::int64_t> lengths);

// The same where they are not: from the first step, or in a left-padded modality to the last one, whatever of
// the row is not zero.
Padding find_windows(PaddingRule rule, std::span<const std::int32_t> steps, std::span<const NonZero> rows);

}  // namespace missmodal::trainer
