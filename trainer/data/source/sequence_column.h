#pragma once
// One modality of one split as its source holds it: N sequences of (steps, width) numbers, streamed.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "trainer/data/pickle/ndarray.h"
#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"
#include "trainer/data/source/padding.h"

namespace missmodal::trainer {

// The constructors throw InputError naming the column: no numbers, another shape, widths that differ, or more
// numbers an utterance than any file of the field has. `file` must outlive this, the tree need not.
class SequenceColumn {
 public:
  // An array (N, steps, width); or a list, a tuple or an array of objects of N sequences.
  SequenceColumn(SourceFile& file, const PickleTree& tree, PickleNode node, std::string place);
  // Each sequence a node of its own: an array (steps, width), or steps lists of width numbers.
  SequenceColumn(SourceFile& file, const PickleTree& tree, std::span<const PickleNode> sequences,
                 std::string place);

  const std::string& place() const { return place_; }  // "mosi.pkl: train.audio"
  std::size_t size() const { return steps_.size(); }
  std::int32_t width() const { return width_; }
  std::int32_t steps(std::size_t utterance) const { return steps_[utterance]; }
  std::int32_t most_steps() const;
  bool is_list() const { return !padded_; }  // not one array: sequences may have steps of their own
  bool is_half() const;                      // any of it is float16
  std::uint64_t offset() const;              // in the file, for reading columns in its order

  // Every utterance with all its (steps, width) numbers, in order; `on_block` after every few MiB.
  void read(const std::function<void(std::span<float>)>& use, const std::function<void()>& on_block);
  // Of every utterance the frames of its window, in order. Precondition: a window an utterance, within its
  // steps.
  void read(std::span<const Window> windows, const std::function<void(std::span<float>)>& use);

 private:
  void open_array(NdArray array);
  void open_sequences(SourceFile& file, const PickleTree& tree, std::span<const PickleNode> nodes);
  void add_sequence(SourceFile& file, const PickleTree& tree, PickleNode node, std::uint64_t& bytes);
  void add_lists(const PickleTree& tree, const std::vector<PickleNode>& rows, const std::string& place);
  void open_objects(const PickleTree& tree, const PickleArray& array);
  void add(std::int64_t steps, std::int64_t width, const std::string& place);
  void read_sequence(std::size_t utterance, std::vector<float>& block);

  std::string place_;
  std::int32_t width_ = 0;
  std::vector<std::int32_t> steps_;
  std::optional<NdArray> padded_;
  std::vector<std::optional<NdArray>> arrays_;  // of a list; nothing: its numbers are in numbers_
  std::vector<float> numbers_;                  // of lists of lists, one after the other
  std::vector<std::size_t> numbers_from_;       // where an utterance's begin
};

// A number in a pickle, whatever its type.
std::optional<double> number_of(const PickleTree& tree, PickleNode node);

// The entries of a list, a tuple or a row of objects; null for anything else.
const std::vector<PickleNode>* entries_of(const PickleTree& tree, PickleNode node);

}  // namespace missmodal::trainer
