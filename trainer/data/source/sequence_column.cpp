#include "trainer/data/source/sequence_column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

// Numbers of one utterance in one modality: 64 MiB as float32.
constexpr std::int64_t kMaxRowElements = 16 << 20;

}  // namespace

SequenceColumn::SequenceColumn(NdArray padded) : padded_(std::move(padded)) {
  if (padded_.shape().size() != 3 || padded_.is_text()) {
    throw InputError(place(), fmt::format("has the shape ({}), expected three dimensions of numbers",
                                          fmt::join(padded_.shape(), ", ")));
  }
  if (padded_.row_elements() > kMaxRowElements) {
    throw InputError(place(), fmt::format("has {} numbers an utterance", padded_.row_elements()));
  }
}

void SequenceColumn::read(const std::function<void(std::span<float>)>& use,
                          const std::function<void()>& on_block) {
  const auto row_size = static_cast<std::size_t>(padded_.row_elements());
  std::vector<float> block(static_cast<std::size_t>(padded_.rows_at_once()) * row_size);
  for (std::int64_t first = 0; first < padded_.rows(); first += padded_.rows_at_once()) {
    const std::int64_t count = std::min(padded_.rows_at_once(), padded_.rows() - first);
    padded_.read_rows(first, count, block.data());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
      use({block.data() + i * row_size, row_size});
    on_block();
  }
}

void SequenceColumn::read(std::span<const Window> windows, const std::function<void(std::span<float>)>& use) {
  const std::int64_t row_steps = padded_.shape()[1];
  const std::int64_t row_width = padded_.shape()[2];
  std::vector<float> block;
  if (!padded_.fortran()) {
    for (std::size_t i = 0; i < windows.size(); ++i) {
      block.resize(static_cast<std::size_t>(windows[i].length * row_width));
      const std::int64_t first = (static_cast<std::int64_t>(i) * row_steps + windows[i].begin) * row_width;
      padded_.read_elements(first, windows[i].length * row_width, block.data());
      use(block);
    }
    return;
  }
  std::size_t next = 0;
  read(
      [&](std::span<float> row) {
        const Window& window = windows[next++];
        use(row.subspan(static_cast<std::size_t>(window.begin * row_width),
                        static_cast<std::size_t>(window.length * row_width)));
      },
      [] {});
}

}  // namespace missmodal::trainer
