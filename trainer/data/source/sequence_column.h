#pragma once
// One modality of one split as its source holds it: N sequences of (steps, width) numbers, streamed.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "trainer/data/pickle/ndarray.h"
#include "trainer/data/source/padding.h"

namespace missmodal::trainer {

class SequenceColumn {
 public:
  // Of (N, steps, width) numbers. Throws InputError naming the array: another shape, or more numbers an
  // utterance than any file of the field has.
  explicit SequenceColumn(NdArray padded);

  const std::string& place() const { return padded_.place(); }  // "mosi.pkl: train.audio"
  std::size_t size() const { return static_cast<std::size_t>(padded_.rows()); }
  std::int32_t steps() const { return static_cast<std::int32_t>(padded_.shape()[1]); }
  std::int32_t width() const { return static_cast<std::int32_t>(padded_.shape()[2]); }
  std::uint64_t offset() const { return padded_.offset(); }  // in the file, for reading columns in its order

  // Every utterance with all its (steps, width) numbers, in order; `on_block` after every few MiB.
  void read(const std::function<void(std::span<float>)>& use, const std::function<void()>& on_block);
  // Of every utterance the frames of its window, in order. Precondition: a window an utterance, within its
  // steps.
  void read(std::span<const Window> windows, const std::function<void(std::span<float>)>& use);

 private:
  NdArray padded_;
};

}  // namespace missmodal::trainer
