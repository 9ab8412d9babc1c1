#include "trainer/data/source/padding.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

constexpr std::size_t kZerosAtOnce = 256;

// Without a branch in its loop, which the compiler therefore vectorises: most of a file is padding. The sign
// of a zero is none.
bool all_zero(std::span<const float> numbers) {
  std::uint32_t bits = 0;
  for (const float number : numbers) bits |= std::bit_cast<std::uint32_t>(number);
  return bits << 1 == 0;
}

constexpr PaddingRule kRules[] = {PaddingRule::automatic, PaddingRule::keep, PaddingRule::right};

// Left-padded: most samples shorter than the tensor begin with zeros and end with a non-zero frame.
bool is_left_padded(std::span<const std::int32_t> steps, std::span<const NonZero> rows,
                    std::span<const std::int64_t> lengths) {
  std::int64_t shorter = 0;
  std::int64_t left = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (lengths[i] >= steps[i]) continue;
    ++shorter;
    if (rows[i].first > 0 && rows[i].end == steps[i]) ++left;
  }
  return 2 * left > shorter;
}

class Placement {
 public:
  Placement(PaddingRule rule, Padding& padding) : rule_(rule), padding_(padding) {}

  Window place(std::int32_t steps, NonZero row, std::int64_t file_length) {
    if (file_length == 0) ++padding_.zero_length;
    if (file_length > steps) ++padding_.over_length;
    const auto length = static_cast<std::int32_t>(std::clamp<std::int64_t>(file_length, 1, steps));
    if (padding_.left) {
      const Window last{steps - length, length};
      if (fits(row, last)) return shifted(last);
      if (fits(row, {0, length})) return {0, length};  // one padded on the other side
      return shifted(recomputed(last, {row.first, steps - row.first}, row));
    }
    const Window front{0, length};
    if (fits(row, front)) return front;
    if (rule_ == PaddingRule::keep) {
      ++padding_.cut;
      return front;
    }
    return recomputed(front, {0, row.end}, row);
  }

 private:
  static bool fits(NonZero row, Window window) {
    return row.end == 0 || (row.first >= window.begin && row.end <= window.begin + window.length);
  }
  Window shifted(Window window) {
    if (window.begin > 0) ++padding_.shifted;
    return window;
  }
  Window recomputed(Window stated, Window found, NonZero row) {
    ++padding_.recomputed;
    const std::int32_t outside = std::max(stated.begin - row.first, row.end - (stated.begin + stated.length));
    ++padding_.outside[static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint32_t>(outside)))];
    return found;
  }

  PaddingRule rule_;
  Padding& padding_;
};

}  // namespace

std::string_view name(PaddingRule rule) {
  switch (rule) {
    case PaddingRule::automatic:
      return "auto";
    case PaddingRule::keep:
      return "keep";
    case PaddingRule::right:
      return "right";
  }
  return "";
}

std::optional<PaddingRule> parse_padding_rule(std::string_view text) {
  for (const PaddingRule rule : kRules) {
    if (name(rule) == text) return rule;
  }
  return std::nullopt;
}

NonZero find_non_zero(std::span<const float> frames, std::size_t width) {
  std::size_t zeros = 0;
  while (zeros + kZerosAtOnce <= frames.size() && all_zero(frames.subspan(zeros, kZerosAtOnce)))
    zeros += kZerosAtOnce;
  const auto not_zero = [](float x) { return x != 0.0F; };
  const auto first =
      std::find_if(frames.begin() + static_cast<std::ptrdiff_t>(zeros), frames.end(), not_zero);
  if (first == frames.end()) return {};
  std::size_t left = frames.size();
  while (left > kZerosAtOnce && all_zero(frames.subspan(left - kZerosAtOnce, kZerosAtOnce)))
    left -= kZerosAtOnce;
  const auto last = std::find_if(frames.rbegin() + static_cast<std::ptrdiff_t>(frames.size() - left),
                                 frames.rend(), not_zero);
  const auto frame_of = [&](std::ptrdiff_t element) {
    return static_cast<std::int32_t>(static_cast<std::size_t>(element) / width);
  };
  return {frame_of(first - frames.begin()), frame_of(frames.rend() - last - 1) + 1};
}

Padding place_windows(PaddingRule rule, std::span<const std::int32_t> steps, std::span<const NonZero> rows,
                      std::span<const std::int64_t> lengths) {
  MISSMODAL_CHECK(rows.size() == lengths.size() && rows.size() == steps.size());
  Padding padding;
  padding.left = rule == PaddingRule::automatic && is_left_padded(steps, rows, lengths);
  Placement placement(rule, padding);
  padding.windows.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    padding.windows.push_back(placement.place(steps[i], rows[i], lengths[i]));
  return padding;
}

Padding find_windows(PaddingRule rule, std::span<const std::int32_t> steps, std::span<const NonZero> rows) {
  MISSMODAL_CHECK(rows.size() == steps.size());
  std::vector<std::int64_t> lengths;
  for (const NonZero& row : rows) lengths.push_back(row.end - row.first);
  Padding padding;
  padding.left = rule == PaddingRule::automatic && is_left_padded(steps, rows, lengths);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [first, end] = rows[i];
    if (end == 0) ++padding.zero_length;
    const bool shifted = padding.left && first > 0 && end > 0;
    if (shifted) ++padding.shifted;
    padding.windows.push_back(shifted ? Window{first, steps[i] - first} : Window{0, std::max(end, 1)});
  }
  return padding;
}

}  // namespace missmodal::trainer
