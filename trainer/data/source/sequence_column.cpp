#include "trainer/data/source/sequence_column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/pickle/pickle_column.h"

namespace missmodal::trainer {
namespace {

// Numbers of one utterance in one modality: 64 MiB as float32.
constexpr std::int64_t kMaxRowElements = 16 << 20;
// Numbers of a column that are Python objects; shared ones cost a file nothing, but memory here.
constexpr std::size_t kMaxObjects = 16 << 20;
// on_block() is called after this many.
constexpr std::size_t kSequencesInBlock = 64;
constexpr std::size_t kNumbersInBlock = 1 << 20;

}  // namespace

std::optional<double> number_of(const PickleTree& tree, PickleNode node) {
  if (const auto* integer = tree.get<std::int64_t>(node)) return static_cast<double>(*integer);
  if (const auto* real = tree.get<double>(node)) return *real;
  if (const auto* truth = tree.get<bool>(node)) return *truth ? 1.0 : 0.0;
  return std::nullopt;
}

const std::vector<PickleNode>* entries_of(const PickleTree& tree, PickleNode node) {
  if (const auto* array = tree.get<PickleArray>(node)) {
    if (!array->built || array->dtype.kind != 'O') return nullptr;
    const auto* objects = tree.get<PickleItems>(array->data);
    return objects != nullptr && array->shape.size() == 1 &&
                   array->shape[0] == static_cast<std::int64_t>(objects->nodes.size())
               ? &objects->nodes
               : nullptr;
  }
  const auto* items = tree.get<PickleItems>(node);
  return items != nullptr && items->kind != PickleItems::Kind::set ? &items->nodes : nullptr;
}

SequenceColumn::SequenceColumn(SourceFile& file, const PickleTree& tree, PickleNode node, std::string place)
    : place_(std::move(place)) {
  if (const std::vector<PickleNode>* nodes = entries_of(tree, node)) {
    open_sequences(file, tree, *nodes);
    return;
  }
  const auto* array = tree.get<PickleArray>(node);
  if (array != nullptr && array->built && array->dtype.kind == 'O') {
    open_objects(tree, *array);
  } else {
    open_array(NdArray(file, tree, node, place_));
  }
}

SequenceColumn::SequenceColumn(SourceFile& file, const PickleTree& tree,
                               std::span<const PickleNode> sequences, std::string place)
    : place_(std::move(place)) {
  open_sequences(file, tree, sequences);
}

void SequenceColumn::open_array(NdArray array) {
  const std::vector<std::int64_t>& shape = array.shape();
  if (shape.size() != 3 || array.is_text()) {
    throw InputError(place_, fmt::format("has the shape ({}), expected three dimensions of numbers",
                                         fmt::join(shape, ", ")));
  }
  if (shape[0] > kMaxUtterances) throw InputError(place_, fmt::format("has {} utterances", shape[0]));
  add(shape[1], shape[2], place_);
  steps_.assign(static_cast<std::size_t>(shape[0]), steps_[0]);
  padded_ = std::move(array);
}

void SequenceColumn::add(std::int64_t steps, std::int64_t width, const std::string& place) {
  if (steps < 1 || width < 1 || steps > kMaxRowElements || width > kMaxRowElements / steps)
    throw InputError(place, fmt::format("has {} steps of width {}", steps, width));
  if (!steps_.empty() && width != width_)
    throw InputError(place, fmt::format("has the width {}, those before have {}", width, width_));
  width_ = static_cast<std::int32_t>(width);
  steps_.push_back(static_cast<std::int32_t>(steps));
}

void SequenceColumn::open_sequences(SourceFile& file, const PickleTree& tree,
                                    std::span<const PickleNode> nodes) {
  if (nodes.empty()) throw InputError(place_, "is empty");
  if (nodes.size() > static_cast<std::size_t>(kMaxUtterances))
    throw InputError(place_, fmt::format("has {} utterances", nodes.size()));
  std::uint64_t bytes = 0;
  for (const PickleNode node : nodes) add_sequence(file, tree, node, bytes);
}

// An array may be shared by any number of utterances; files that are not hostile hold each as often as it is
// named.
void SequenceColumn::add_sequence(SourceFile& file, const PickleTree& tree, PickleNode node,
                                  std::uint64_t& bytes) {
  const std::string place = fmt::format("{}[{}]", place_, steps_.size());
  numbers_from_.push_back(numbers_.size());
  if (const std::vector<PickleNode>* rows = entries_of(tree, node)) {
    arrays_.emplace_back();
    add_lists(tree, *rows, place);
    return;
  }
  if (tree.get<PickleArray>(node) == nullptr)
    throw InputError(place, fmt::format("is {}, expected an array (steps, width)", kind_name(tree.at(node))));
  NdArray array(file, tree, node, place);
  if (array.shape().size() != 2 || array.is_text()) {
    throw InputError(place, fmt::format("has the shape ({}), expected (steps, width) numbers",
                                        fmt::join(array.shape(), ", ")));
  }
  add(array.shape()[0], array.shape()[1], place);
  bytes += array.bytes();
  if (bytes > file.size()) throw InputError(place_, "holds the same arrays again and again: a hostile file");
  arrays_.emplace_back(std::move(array));
}

void SequenceColumn::add_lists(const PickleTree& tree, const std::vector<PickleNode>& rows,
                               const std::string& place) {
  std::size_t width = 0;
  for (const PickleNode& row : rows) {
    const std::vector<PickleNode>* items = entries_of(tree, row);
    if (items == nullptr)
      throw InputError(place, fmt::format("holds {}, expected lists of numbers", kind_name(tree.at(row))));
    if (&row != &rows[0] && items->size() != width)
      throw InputError(place, fmt::format("holds rows of {} and of {} numbers", width, items->size()));
    width = items->size();
    if (numbers_.size() + width > kMaxObjects)
      throw InputError(place_, "holds more numbers as Python objects than any file of the field");
    for (const PickleNode item : *items) {
      const std::optional<double> number = number_of(tree, item);
      if (!number)
        throw InputError(place, fmt::format("holds {}, expected numbers", kind_name(tree.at(item))));
      numbers_.push_back(static_cast<float>(*number));
    }
  }
  add(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(width), place);
}

// (N, steps, width) numbers as objects; numpy writes them in C order, whatever the array's.
void SequenceColumn::open_objects(const PickleTree& tree, const PickleArray& array) {
  const auto* objects = tree.get<PickleItems>(array.data);
  std::int64_t elements = 1;
  for (const std::int64_t size : array.shape) {
    if (size < 1 || __builtin_mul_overflow(elements, size, &elements)) elements = 0;
  }
  if (objects == nullptr || array.shape.size() != 3 ||
      elements != static_cast<std::int64_t>(objects->nodes.size())) {
    throw InputError(place_,
                     fmt::format("is an array of objects of the shape ({}), expected three dimensions "
                                 "of numbers that fit its data",
                                 fmt::join(array.shape, ", ")));
  }
  for (std::int64_t i = 0; i < array.shape[0]; ++i) {
    numbers_from_.push_back(static_cast<std::size_t>(i * (elements / array.shape[0])));
    arrays_.emplace_back();
    add(array.shape[1], array.shape[2], place_);
  }
  for (const PickleNode node : objects->nodes) {
    const std::optional<double> number = number_of(tree, node);
    if (!number)
      throw InputError(place_, fmt::format("holds {}, expected numbers", kind_name(tree.at(node))));
    numbers_.push_back(static_cast<float>(*number));
  }
}

std::int32_t SequenceColumn::most_steps() const {
  return *std::max_element(steps_.begin(), steps_.end());
}

bool SequenceColumn::is_half() const {
  if (padded_) return padded_->is_half();
  return std::any_of(arrays_.begin(), arrays_.end(),
                     [](const auto& array) { return array && array->is_half(); });
}

std::uint64_t SequenceColumn::offset() const {
  if (padded_) return padded_->offset();
  return arrays_[0] ? arrays_[0]->offset() : 0;
}

void SequenceColumn::read_sequence(std::size_t utterance, std::vector<float>& block) {
  block.resize(static_cast<std::size_t>(steps_[utterance]) * static_cast<std::size_t>(width_));
  if (std::optional<NdArray>& array = arrays_[utterance]) {
    array->read_rows(0, array->rows(), block.data());
    array->forget_buffer();
  } else {
    const float* from = numbers_.data() + numbers_from_[utterance];
    std::copy(from, from + block.size(), block.begin());
  }
}

void SequenceColumn::read(const std::function<void(std::span<float>)>& use,
                          const std::function<void()>& on_block) {
  std::vector<float> block;
  if (!padded_) {
    for (std::size_t i = 0; i < size(); ++i) {
      read_sequence(i, block);
      use(block);
      if (i % kSequencesInBlock == 0) on_block();
    }
    return;
  }
  const auto row_size = static_cast<std::size_t>(padded_->row_elements());
  block.resize(static_cast<std::size_t>(padded_->rows_at_once()) * row_size);
  std::size_t since = 0;
  for (std::int64_t first = 0; first < padded_->rows(); first += padded_->rows_at_once()) {
    const std::int64_t count = std::min(padded_->rows_at_once(), padded_->rows() - first);
    padded_->read_rows(first, count, block.data());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
      use({block.data() + i * row_size, row_size});
    since += block.size();
    if (since < kNumbersInBlock) continue;
    on_block();
    since = 0;
  }
}

void SequenceColumn::read(std::span<const Window> windows, const std::function<void(std::span<float>)>& use) {
  std::vector<float> block;
  const auto part = [&](std::span<float> row, const Window& window) {
    return row.subspan(static_cast<std::size_t>(window.begin) * static_cast<std::size_t>(width_),
                       static_cast<std::size_t>(window.length) * static_cast<std::size_t>(width_));
  };
  if (!padded_) {
    for (std::size_t i = 0; i < windows.size(); ++i) {
      read_sequence(i, block);
      use(part(block, windows[i]));
    }
  } else if (padded_->fortran()) {
    std::size_t next = 0;
    read([&](std::span<float> row) { use(part(row, windows[next++])); }, [] {});
  } else {
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const std::int64_t count = std::int64_t{windows[i].length} * width_;
      if (block.size() < static_cast<std::size_t>(count)) block.resize(static_cast<std::size_t>(count));
      const std::int64_t first =
          (static_cast<std::int64_t>(i) * steps_[i] + windows[i].begin) * std::int64_t{width_};
      padded_->read_elements(first, count, block.data());
      use(std::span(block).first(static_cast<std::size_t>(count)));
    }
  }
}

}  // namespace missmodal::trainer
