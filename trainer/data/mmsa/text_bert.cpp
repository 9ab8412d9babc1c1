#include "trainer/data/mmsa/text_bert.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

// One row, (3, positions): ids, mask, segments.
void append(std::span<const double> row, const std::string& place, WordPieces& pieces) {
  const std::size_t positions = row.size() / 3;
  const std::span<const double> ids = row.first(positions);
  const std::span<const double> mask = row.subspan(positions, positions);
  const auto length = static_cast<std::size_t>(std::count(mask.begin(), mask.end(), 1.0));
  const auto zeros = static_cast<std::size_t>(
      std::count(mask.begin() + static_cast<std::ptrdiff_t>(length), mask.end(), 0.0));
  if (length + zeros != positions) throw InputError(place, "the mask is not ones followed by zeros");
  const std::size_t kept = std::max<std::size_t>(length, 1);
  for (std::size_t i = 0; i < kept; ++i) {
    if (!(ids[i] >= 0 && ids[i] <= std::numeric_limits<std::int32_t>::max()) ||
        ids[i] != std::floor(ids[i])) {
      throw InputError(place, fmt::format("position {} holds {}, not the id of a word piece", i, ids[i]));
    }
    pieces.tokens.push_back(static_cast<std::int32_t>(ids[i]));
  }
  pieces.lengths.push_back(static_cast<std::int32_t>(kept));
  if (length == 0) ++pieces.empty;
}

}  // namespace

WordPieces read_text_bert(NdArray& text_bert, std::span<const std::string> ids) {
  WordPieces pieces;
  const auto row_size = static_cast<std::size_t>(text_bert.row_elements());
  std::vector<double> block(static_cast<std::size_t>(text_bert.rows_at_once()) * row_size);
  for (std::int64_t first = 0; first < text_bert.rows(); first += text_bert.rows_at_once()) {
    const std::int64_t count = std::min(text_bert.rows_at_once(), text_bert.rows() - first);
    text_bert.read_rows(first, count, block.data());
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string place = fmt::format("{}: utterance {}", text_bert.place(),
                                            printable(ids[static_cast<std::size_t>(first + i)]));
      append({block.data() + static_cast<std::size_t>(i) * row_size, row_size}, place, pieces);
    }
  }
  return pieces;
}

}  // namespace missmodal::trainer
