#include "trainer/data/import/kept_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "sweeps/subset.h"
#include "trainer/data/dataset_report.h"

namespace missmodal::trainer {
namespace {

constexpr LengthRule kRules[] = {LengthRule::automatic, LengthRule::frames, LengthRule::steps};

// One modality over the whole file, utterance by utterance, split by split.
struct KeptRows {
  std::vector<std::int32_t> steps;
  std::vector<NonZero> non_zero;
};

class Keeper {
 public:
  Keeper(const DatasetSource& source, const SourceScan& scan, PaddingRule padding, LengthRule lengths,
         std::vector<std::string>& warnings)
      : source_(source), scan_(scan), padding_(padding), lengths_(lengths), warnings_(warnings) {
    for (const SourceSplit& split : source.splits) {
      if (split.size() > 0) has_pieces_ = split.word_pieces.has_value();
    }
  }

  KeptFrames keep(Modality modality) {
    const KeptRows rows = rows_of(modality);
    if (rows.steps.empty() || (modality == Modality::text && has_pieces_)) return keep_text(rows);
    if (lengths_ == LengthRule::steps) {
      return kept(modality, "steps", whole(rows));
    }
    if (lengths_ == LengthRule::automatic) {
      if (const auto stated = stated_lengths(modality))
        return kept(modality, "file", place_windows(padding_, rows.steps, rows.non_zero, *stated));
      if (has_own_steps(modality)) return kept(modality, "array", whole(rows));
      if (const auto lengths = text_lengths(modality))
        return kept(modality, "text", place_windows(padding_, rows.steps, rows.non_zero, *lengths));
    }
    return keep_counted(modality, rows);
  }

 private:
  KeptRows rows_of(Modality modality) const {
    const auto m = static_cast<unsigned>(modality);
    KeptRows rows;
    for (std::size_t s = 0; s < source_.splits.size(); ++s) {
      const auto& column = source_.splits[s].sequences[m];
      if (!column) continue;
      for (std::size_t i = 0; i < column->size(); ++i) rows.steps.push_back(column->steps(i));
      const std::vector<NonZero>& non_zero = scan_.splits[s][m];
      rows.non_zero.insert(rows.non_zero.end(), non_zero.begin(), non_zero.end());
    }
    return rows;
  }

  static Padding whole(const KeptRows& rows) {
    Padding padding;
    for (const std::int32_t steps : rows.steps) padding.windows.push_back({0, steps});
    return padding;
  }

  KeptFrames kept(Modality modality, std::string_view lengths_from, const Padding& padding) {
    KeptFrames kept = by_split(padding.windows);
    kept.report = report_padding(name(modality), lengths_from, padding, warnings_);
    return kept;
  }

  KeptFrames by_split(const std::vector<Window>& windows) const {
    KeptFrames kept;
    auto next = windows.begin();
    for (std::size_t s = 0; s < source_.splits.size(); ++s) {
      const auto end = next + static_cast<std::ptrdiff_t>(source_.splits[s].size());
      kept.windows[s].assign(next, end);
      next = end;
    }
    return kept;
  }

  // Text follows its mask: its first frames, or its last ones where word pieces are padded in front and the
  // frames are so too.
  KeptFrames keep_text(const KeptRows& rows) {
    std::vector<std::int64_t> lengths;
    std::int64_t empty = 0;
    bool in_front = false;
    for (const SourceSplit& split : source_.splits) {
      if (split.size() == 0) continue;
      lengths.insert(lengths.end(), split.word_pieces->lengths.begin(), split.word_pieces->lengths.end());
      empty += split.word_pieces->empty;
      in_front = in_front || split.word_pieces->in_front;
    }
    Padding padding;
    if (in_front && !rows.steps.empty()) {
      padding = place_windows(PaddingRule::automatic, rows.steps, rows.non_zero, lengths);
    } else {
      for (const std::int64_t length : lengths)
        padding.windows.push_back({0, static_cast<std::int32_t>(length)});
    }
    // Vectors have their pieces' lengths, whatever frames there are.
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      Window& window = padding.windows[i];
      const auto length = static_cast<std::int32_t>(lengths[i]);
      if (window.length == length) continue;
      window = padding.left ? Window{rows.steps[i] - length, length} : Window{0, length};
    }
    KeptFrames text = by_split(padding.windows);
    if (empty > 0) warnings_.push_back(fmt::format("text: {} utterances of length 0 got length 1", empty));
    if (in_front)
      warnings_.push_back("text: word pieces are padded in front; they were shifted to the front");
    text.report = {{"lengths_from", "mask"}, {"zero_length", empty}};
    return text;
  }

  // Of all splits, or nothing.
  std::optional<std::vector<std::int64_t>> stated_lengths(Modality modality) const {
    std::vector<std::int64_t> lengths;
    for (const SourceSplit& split : source_.splits) {
      if (split.size() == 0) continue;
      const auto& stated = split.lengths[static_cast<unsigned>(modality)];
      if (stated) {
        lengths.insert(lengths.end(), stated->begin(), stated->end());
      } else if (const auto text = text_lengths_of(split, modality)) {
        lengths.insert(lengths.end(), text->begin(), text->end());
      } else {
        return std::nullopt;
      }
    }
    const bool any = std::any_of(source_.splits.begin(), source_.splits.end(), [&](const SourceSplit& split) {
      return split.lengths[static_cast<unsigned>(modality)].has_value();
    });
    return any ? std::optional(std::move(lengths)) : std::nullopt;
  }

  // The text's, where the modality has as many steps.
  std::optional<std::vector<std::int64_t>> text_lengths_of(const SourceSplit& split,
                                                           Modality modality) const {
    const auto& column = split.of(modality);
    const auto& text = split.of(Modality::text);
    if (modality == Modality::text || !text || !column || text->most_steps() != column->most_steps() ||
        has_own_steps(Modality::text))
      return std::nullopt;
    if (split.word_pieces)
      return std::vector<std::int64_t>(split.word_pieces->lengths.begin(), split.word_pieces->lengths.end());
    return split.lengths[0];
  }
  std::optional<std::vector<std::int64_t>> text_lengths(Modality modality) const {
    std::vector<std::int64_t> lengths;
    for (const SourceSplit& split : source_.splits) {
      if (split.size() == 0) continue;
      const auto own = text_lengths_of(split, modality);
      if (!own) return std::nullopt;
      lengths.insert(lengths.end(), own->begin(), own->end());
    }
    return lengths;
  }

  // Arrays of different steps have no padding; those of the same may have.
  bool has_own_steps(Modality modality) const {
    std::int32_t first = 0;
    for (const SourceSplit& split : source_.splits) {
      const auto& column = split.of(modality);
      if (!column) continue;
      if (!column->is_list()) return false;
      for (std::size_t i = 0; i < column->size(); ++i) {
        if (first == 0) first = column->steps(i);
        if (column->steps(i) != first) return true;
      }
    }
    return false;
  }

  KeptFrames keep_counted(Modality modality, KeptRows rows) {
    const bool aligned = !has_pieces_ && join_aligned(modality, rows);
    warnings_.push_back(fmt::format("{}: the file says no lengths; they were counted up to {}non-zero frame",
                                    name(modality),
                                    aligned ? "the last step of any modality with a " : "the last "));
    return kept(modality, "frames", find_windows(padding_, rows.steps, rows.non_zero));
  }

  // Where modalities that have no lengths have as many steps as text, a step is one word's in each of them.
  bool join_aligned(Modality modality, KeptRows& rows) const {
    bool joined = false;
    if (has_own_steps(Modality::text) || rows_of(Modality::text).steps != rows.steps) return false;
    for (const Modality other : kModalities) {
      if (other == modality || stated_lengths(other) || has_own_steps(other)) continue;
      const KeptRows others = rows_of(other);
      if (others.steps != rows.steps) continue;
      joined = true;
      for (std::size_t i = 0; i < rows.non_zero.size(); ++i) {
        NonZero& row = rows.non_zero[i];
        const NonZero& more = others.non_zero[i];
        if (more.end == 0) continue;
        row = row.end == 0 ? more : NonZero{std::min(row.first, more.first), std::max(row.end, more.end)};
      }
    }
    return joined;
  }

  const DatasetSource& source_;
  const SourceScan& scan_;
  PaddingRule padding_;
  LengthRule lengths_;
  std::vector<std::string>& warnings_;
  bool has_pieces_ = false;
};

}  // namespace

std::string_view name(LengthRule rule) {
  switch (rule) {
    case LengthRule::automatic:
      return "auto";
    case LengthRule::frames:
      return "frames";
    case LengthRule::steps:
      return "steps";
  }
  return "";
}

std::optional<LengthRule> parse_length_rule(std::string_view text) {
  for (const LengthRule rule : kRules) {
    if (name(rule) == text) return rule;
  }
  return std::nullopt;
}

std::array<KeptFrames, 3> keep_frames(const DatasetSource& source, const SourceScan& scan,
                                      PaddingRule padding, LengthRule lengths,
                                      std::vector<std::string>& warnings) {
  Keeper keeper(source, scan, padding, lengths, warnings);
  return {keeper.keep(Modality::text), keeper.keep(Modality::audio), keeper.keep(Modality::vision)};
}

}  // namespace missmodal::trainer
