#include "trainer/data/mmsa/mmsa_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

// One text_bert row, (3, positions): ids, mask, segments. Returns the sum of the mask.
std::int32_t append_tokens(std::span<const double> row, const std::string& place,
                           std::vector<std::int32_t>& tokens) {
  const std::size_t positions = row.size() / 3;
  const std::span<const double> ids = row.first(positions);
  const std::span<const double> mask = row.subspan(positions, positions);
  const auto length = static_cast<std::size_t>(std::count(mask.begin(), mask.end(), 1.0));
  const auto zeros = static_cast<std::size_t>(
      std::count(mask.begin() + static_cast<std::ptrdiff_t>(length), mask.end(), 0.0));
  if (length + zeros != positions) throw InputError(place, "the mask is not ones followed by zeros");
  for (std::size_t i = 0; i < std::max<std::size_t>(length, 1); ++i) {
    if (!(ids[i] >= 0 && ids[i] <= std::numeric_limits<std::int32_t>::max()) ||
        ids[i] != std::floor(ids[i])) {
      throw InputError(place, fmt::format("position {} holds {}, not the id of a word piece", i, ids[i]));
    }
    tokens.push_back(static_cast<std::int32_t>(ids[i]));
  }
  return static_cast<std::int32_t>(length);
}

void scan_text_bert(MmsaSplit& split, MmsaScan::Split& scan, const std::function<void()>& on_block) {
  NdArray& array = split.text_bert[0];
  const auto row_size = static_cast<std::size_t>(array.row_elements());
  std::vector<double> block(static_cast<std::size_t>(array.rows_at_once()) * row_size);
  for (std::int64_t first = 0; first < array.rows(); first += array.rows_at_once()) {
    const std::int64_t count = std::min(array.rows_at_once(), array.rows() - first);
    array.read_rows(first, count, block.data());
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string place = fmt::format("{}: utterance {}", array.place(),
                                            printable(split.ids[static_cast<std::size_t>(first + i)]));
      const std::span<const double> row(block.data() + static_cast<std::size_t>(i) * row_size, row_size);
      const std::int32_t length = append_tokens(row, place, scan.tokens);
      if (length == 0) ++scan.empty_texts;
      scan.text_lengths.push_back(std::max(length, 1));
    }
    on_block();
  }
}

// Counts what is not finite; for audio and vision also finds where each utterance's frames lie.
std::int64_t scan_sequences(NdArray& array, std::vector<NonZero>* non_zero,
                            const std::function<void()>& on_block) {
  const auto row_size = static_cast<std::size_t>(array.row_elements());
  const auto width = static_cast<std::size_t>(array.shape()[2]);
  std::vector<float> block(static_cast<std::size_t>(array.rows_at_once()) * row_size);
  std::int64_t not_finite = 0;
  for (std::int64_t first = 0; first < array.rows(); first += array.rows_at_once()) {
    const std::int64_t count = std::min(array.rows_at_once(), array.rows() - first);
    array.read_rows(first, count, block.data());
    not_finite += zero_not_finite({block.data(), static_cast<std::size_t>(count) * row_size});
    for (std::int64_t i = 0; non_zero != nullptr && i < count; ++i) {
      non_zero->push_back(
          find_non_zero({block.data() + static_cast<std::size_t>(i) * row_size, row_size}, width));
    }
    on_block();
  }
  return not_finite;
}

struct Task {
  std::uint64_t offset;
  std::function<void()> run;
};

}  // namespace

std::int64_t zero_not_finite(std::span<float> numbers) {
  std::int64_t count = 0;
  for (float& number : numbers) {
    const bool finite = std::abs(number) <= std::numeric_limits<float>::max();
    count += finite ? 0 : 1;
    number = finite ? number : 0.0F;
  }
  return count;
}

MmsaScan scan_mmsa(SourceFile& file, MmsaSource& source,
                   const std::function<void(std::uint64_t)>& on_progress) {
  MmsaScan scan;
  const auto on_block = [&] { on_progress(file.digested()); };
  std::vector<Task> tasks;
  for (std::size_t s = 0; s < source.splits.size(); ++s) {
    MmsaSplit& split = source.splits[s];
    MmsaScan::Split& scanned = scan.splits[s];
    tasks.push_back({split.text_bert[0].offset(), [&] { scan_text_bert(split, scanned, on_block); }});
    for (std::size_t m = 0; m < split.sequences.size(); ++m) {
      NdArray& array = split.sequences[m];
      std::vector<NonZero>* non_zero = kModalities[m] == Modality::text ? nullptr : &scanned.non_zero[m];
      tasks.push_back({array.offset(), [&scan, &array, &on_block, m, non_zero] {
                         scan.not_finite[m] += scan_sequences(array, non_zero, on_block);
                       }});
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.offset < b.offset; });
  file.start_digest();
  for (const Task& task : tasks) task.run();
  scan.source_sha256 = hex(file.finish_digest());
  on_progress(file.size());
  return scan;
}

}  // namespace missmodal::trainer
