#include "trainer/data/mmsa/text_bert.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

constexpr float kLargestId = 16777215;  // float32 tells whole numbers apart up to here
constexpr float kFirstRounded = 2048;   // float16 does not from here on

// Ones that begin or end a row of zeros; length 0: none, or something else.
struct Ones {
  std::size_t begin = 0;
  std::size_t length = 0;
  bool valid = false;  // nothing but such ones and zeros
};

Ones find_ones(std::span<const float> row) {
  const auto not_zero = [](float x) { return x != 0.0F; };
  const auto first = std::find_if(row.begin(), row.end(), not_zero);
  const auto end = std::find_if_not(first, row.end(), [](float x) { return x == 1.0F; });
  const bool alone = std::none_of(end, row.end(), not_zero);
  const bool at_a_side = first == row.begin() || end == row.end();
  if (!alone || !at_a_side) return {};
  return {static_cast<std::size_t>(first - row.begin()), static_cast<std::size_t>(end - first), true};
}

// What the three rows of all utterances look like.
struct RowCensus {
  std::array<bool, 3> masks{true, true, true};  // ones at a side, at least one, everywhere
  std::array<bool, 3> zeros{true, true, true};
  std::array<bool, 3> ids{};  // some number past 1

  void add(std::span<const float> rows) {
    const std::size_t positions = rows.size() / 3;
    for (std::size_t r = 0; r < 3; ++r) {
      const std::span<const float> row = rows.subspan(r * positions, positions);
      const Ones ones = find_ones(row);
      masks[r] = masks[r] && ones.valid && ones.length > 0;
      zeros[r] = zeros[r] && ones.valid && ones.length == 0;
      ids[r] = ids[r] || std::any_of(row.begin(), row.end(), [](float x) { return x > 1; });
    }
  }
};

void check_order(const RowCensus& census, const std::string& place) {
  constexpr std::string_view kWanted = "expected ids, mask, segments";
  const auto refuse = [&](std::string_view found, std::string_view order) {
    throw InputError(
        place, fmt::format("is stacked {}, {}: reorder it with text_bert[:, {}]", found, kWanted, order));
  };
  const auto& [masks, zeros, ids] = census;
  if (ids[1] && !ids[0] && !ids[2])
    masks[0] ? refuse("mask, ids, segments", "[1, 0, 2]") : refuse("segments, ids, mask", "[1, 2, 0]");
  if (ids[2] && !ids[0] && !ids[1])
    masks[0] ? refuse("mask, segments, ids", "[2, 0, 1]") : refuse("segments, mask, ids", "[2, 1, 0]");
  if (masks[2] && !masks[1]) refuse("ids, segments, mask", "[0, 2, 1]");
  if (zeros[1]) throw InputError(place, fmt::format("has no mask: every one is empty; {}", kWanted));
}

// One utterance's (3, positions).
void append(std::span<const float> rows, bool is_half, const std::string& place, WordPieces& pieces) {
  const std::size_t positions = rows.size() / 3;
  const std::span<const float> ids = rows.first(positions);
  const Ones mask = find_ones(rows.subspan(positions, positions));
  if (!mask.valid) throw InputError(place, "the mask is not ones on one side and zeros on the other");
  const std::size_t begin = mask.length == 0 ? 0 : mask.begin;
  const std::size_t kept = std::max<std::size_t>(mask.length, 1);
  for (std::size_t i = begin; i < begin + kept; ++i) {
    if (!(ids[i] >= 0 && ids[i] <= kLargestId) || ids[i] != std::floor(ids[i]))
      throw InputError(place, fmt::format("position {} holds {}, not the id of a word piece", i, ids[i]));
    if (is_half && ids[i] >= kFirstRounded) {
      throw InputError(place,
                       fmt::format("position {} holds {} in float16, which cannot tell ids from 2048 on "
                                   "apart: write text_bert as int32",
                                   i, ids[i]));
    }
    pieces.tokens.push_back(static_cast<std::int32_t>(ids[i]));
  }
  pieces.lengths.push_back(static_cast<std::int32_t>(kept));
  if (mask.length == 0) ++pieces.empty;
  pieces.in_front = pieces.in_front || begin > 0;
}

}  // namespace

WordPieces read_text_bert(SequenceColumn& text_bert, std::span<const std::string> ids) {
  RowCensus census;
  text_bert.read([&](std::span<float> rows) { census.add(rows); }, [] {});
  check_order(census, text_bert.place());
  WordPieces pieces;
  const bool is_half = text_bert.is_half();
  text_bert.read(
      [&](std::span<float> rows) {
        const std::string& id = ids[pieces.lengths.size()];
        append(rows, is_half, fmt::format("{}: utterance {}", text_bert.place(), printable(id)), pieces);
      },
      [] {});
  return pieces;
}

}  // namespace missmodal::trainer
