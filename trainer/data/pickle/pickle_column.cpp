#include "trainer/data/pickle/pickle_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/character.h"
#include "trainer/data/pickle/array_bytes.h"
#include "trainer/data/pickle/ndarray.h"

namespace missmodal::trainer {
namespace {

constexpr std::uint64_t kLongestText = 4 << 20;  // bytes

void check_count(std::uint64_t count, const std::string& place) {
  if (count > static_cast<std::uint64_t>(kMaxUtterances)) {
    throw InputError(place, fmt::format("has {} entries: more than {} utterances", count, kMaxUtterances));
  }
}

// The entries of a list, a tuple or an array of objects, (N) or (N, 1); null for anything else.
const std::vector<PickleNode>* entries(const PickleTree& tree, PickleNode node, const std::string& place) {
  if (const auto* array = tree.get<PickleArray>(node);
      array != nullptr && array->built && array->dtype.kind == 'O') {
    const auto* items = tree.get<PickleItems>(array->data);
    const bool fits = items != nullptr && items->kind == PickleItems::Kind::list && !array->shape.empty() &&
                      array->shape[0] == static_cast<std::int64_t>(items->nodes.size()) &&
                      std::all_of(array->shape.begin() + 1, array->shape.end(),
                                  [](std::int64_t size) { return size == 1; });
    if (!fits)
      throw InputError(place, "is an array of objects that is not one row, or does not fit its data");
    return &items->nodes;
  }
  const auto* items = tree.get<PickleItems>(node);
  return items != nullptr && items->kind != PickleItems::Kind::set ? &items->nodes : nullptr;
}

// A row of texts whose sum is bounded.
class Texts {
 public:
  explicit Texts(const std::string& place) : place_(place) {}
  void add(std::string text) {
    total_ += text.size();
    if (total_ > kMaxColumnText) throw InputError(place_, "holds more than 100 MB of text");
    texts_.push_back(std::move(text));
  }
  std::string next_place() const { return fmt::format("{}[{}]", place_, texts_.size()); }
  std::vector<std::string> take() { return std::move(texts_); }

 private:
  const std::string& place_;
  std::vector<std::string> texts_;
  std::size_t total_ = 0;
};

bool is_nothing(const PickleTree& tree, PickleNode node) {
  const auto* real = tree.get<double>(node);
  return tree.get<PickleNone>(node) != nullptr || (real != nullptr && std::isnan(*real));
}

// As Python spells it: 3.0, not 3.
std::string spelled(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

// One part of an id.
std::string id_part(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place) {
  if (const auto* chars = tree.get<PickleChars>(node)) return read_text(file, *chars, place);
  if (const auto* integer = tree.get<std::int64_t>(node)) return fmt::format("{}", *integer);
  if (const auto* real = tree.get<double>(node)) return spelled(*real);
  throw InputError(place, fmt::format("is {}, not a string", kind_name(tree.at(node))));
}

constexpr std::size_t kMostParts = 16;  // of an id

// An array of one utterance, which any number of utterances may share.
NdArray small_array(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place) {
  constexpr std::uint64_t kMostBytes = 64 << 10;
  const auto* array = tree.get<PickleArray>(node);
  const auto* chars = array == nullptr ? nullptr : tree.get<PickleChars>(array->data);
  if (chars != nullptr && chars->length > kMostBytes)
    throw InputError(place,
                     fmt::format("is an array of {} bytes, too many for one utterance", chars->length));
  return NdArray(file, tree, node, place);
}

std::string joined(const std::vector<std::string>& parts, std::size_t first, std::size_t count) {
  std::string id = parts[first];
  for (std::size_t i = 1; i < count; ++i) id += "$_$" + parts[first + i];
  return id;
}

// Every element of an array as a part of an id.
std::vector<std::string> parts_of(NdArray& array) {
  if (array.is_text()) return array.strings();
  std::vector<std::string> parts;
  for (const double number : array.numbers()) {
    if (number != std::floor(number)) throw InputError(array.place(), "holds numbers that are no ids");
    parts.push_back(fmt::format("{:.0f}", number));
  }
  return parts;
}

NdArray column_array(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place) {
  NdArray array(file, tree, node, place);
  if (array.row_elements() != 1) throw InputError(place, "has more than one entry an utterance");
  check_count(static_cast<std::uint64_t>(array.rows()), place);
  return array;
}

}  // namespace

std::string read_text(SourceFile& file, const PickleChars& chars, const std::string& place) {
  if (chars.in_file && chars.length > kLongestText) {
    throw InputError(place, fmt::format("has a text of {} bytes", chars.length));
  }
  ArrayBytes bytes(file, chars);
  std::string text(static_cast<std::size_t>(bytes.size()), '\0');
  bytes.read(0, text.data(), text.size());
  if (!is_utf8(text)) throw InputError(place, "has a text that is not valid UTF-8");
  return text;
}

std::vector<std::string> read_strings(SourceFile& file, const PickleTree& tree, PickleNode node,
                                      const std::string& place) {
  const std::vector<PickleNode>* nodes = entries(tree, node, place);
  if (nodes == nullptr) return column_array(file, tree, node, place).strings();
  check_count(nodes->size(), place);
  Texts texts(place);
  for (const PickleNode entry : *nodes) {
    const std::string entry_place = texts.next_place();
    const auto* chars = tree.get<PickleChars>(entry);
    if (chars == nullptr)
      throw InputError(entry_place, fmt::format("is {}, not a string", kind_name(tree.at(entry))));
    texts.add(read_text(file, *chars, entry_place));
  }
  return texts.take();
}

std::vector<std::string> read_transcripts(SourceFile& file, const PickleTree& tree, PickleNode node,
                                          const std::string& place) {
  const std::vector<PickleNode>* nodes = entries(tree, node, place);
  if (nodes == nullptr) return column_array(file, tree, node, place).strings();
  check_count(nodes->size(), place);
  Texts texts(place);
  for (const PickleNode entry : *nodes) {
    const auto* chars = tree.get<PickleChars>(entry);
    if (chars == nullptr && !is_nothing(tree, entry))
      throw InputError(texts.next_place(), fmt::format("is {}, not a string", kind_name(tree.at(entry))));
    texts.add(chars == nullptr ? "" : read_text(file, *chars, texts.next_place()));
  }
  return texts.take();
}

std::string read_id(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place) {
  std::vector<std::string> parts;
  if (const auto* array = tree.get<PickleArray>(node); array != nullptr && array->dtype.kind != 'O') {
    NdArray own = small_array(file, tree, node, place);
    if (own.rows() * own.row_elements() > static_cast<std::int64_t>(kMostParts))
      throw InputError(place, "is no name of an utterance: too many parts");
    parts = parts_of(own);
  } else if (const std::vector<PickleNode>* nodes = entries(tree, node, place)) {
    if (nodes->empty() || nodes->size() > kMostParts)
      throw InputError(place, fmt::format("is no name of an utterance: {} parts", nodes->size()));
    for (const PickleNode part : *nodes) parts.push_back(id_part(file, tree, part, place));
  } else {
    return id_part(file, tree, node, place);
  }
  return joined(parts, 0, parts.size());
}

std::vector<std::string> read_ids(SourceFile& file, const PickleTree& tree, PickleNode node,
                                  const std::string& place) {
  Texts texts(place);
  const auto* array = tree.get<PickleArray>(node);
  const bool is_array = array != nullptr && array->built;
  if (is_array && array->dtype.kind != 'O') {
    NdArray own(file, tree, node, place);
    check_count(static_cast<std::uint64_t>(own.rows()), place);
    const auto count = static_cast<std::size_t>(own.row_elements());
    if (count > kMostParts || (!own.is_text() && count != 1))
      throw InputError(place, "has more than one entry an utterance");
    const std::vector<std::string> parts = parts_of(own);
    for (std::size_t i = 0; i < parts.size(); i += count) texts.add(joined(parts, i, count));
    return texts.take();
  }
  if (is_array && array->shape.size() == 2 && array->shape[1] > 1) {
    const auto* items = tree.get<PickleItems>(array->data);
    const std::int64_t count = array->shape[1];
    if (items == nullptr || count > static_cast<std::int64_t>(kMostParts) ||
        items->nodes.size() % static_cast<std::size_t>(count) != 0)
      throw InputError(place, "is an array of objects that does not fit its data");
    check_count(items->nodes.size() / static_cast<std::size_t>(count), place);
    std::vector<std::string> parts;
    for (const PickleNode part : items->nodes) {
      parts.push_back(id_part(file, tree, part, texts.next_place()));
      if (parts.size() < static_cast<std::size_t>(count)) continue;
      texts.add(joined(parts, 0, parts.size()));
      parts.clear();
    }
    return texts.take();
  }
  const std::vector<PickleNode>* nodes = entries(tree, node, place);
  if (nodes == nullptr)
    throw InputError(place, fmt::format("is not a list but {}", kind_name(tree.at(node))));
  check_count(nodes->size(), place);
  for (const PickleNode entry : *nodes) texts.add(read_id(file, tree, entry, texts.next_place()));
  return texts.take();
}

double first_number(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place) {
  constexpr int kDeepest = 8;
  for (int depth = 0; depth < kDeepest; ++depth) {
    if (const auto* integer = tree.get<std::int64_t>(node)) return static_cast<double>(*integer);
    if (const auto* real = tree.get<double>(node)) return *real;
    if (const auto* array = tree.get<PickleArray>(node); array != nullptr && array->dtype.kind != 'O') {
      NdArray own = small_array(file, tree, node, place);
      if (own.is_text()) break;
      double first = 0;
      own.read_first(&first);
      return first;
    }
    const std::vector<PickleNode>* nodes = entries(tree, node, place);
    if (nodes == nullptr || nodes->empty()) break;
    node = (*nodes)[0];
  }
  throw InputError(place, fmt::format("is {}, not a number", kind_name(tree.at(node))));
}

std::vector<double> read_numbers(SourceFile& file, const PickleTree& tree, PickleNode node,
                                 const std::string& place) {
  const std::vector<PickleNode>* nodes = entries(tree, node, place);
  if (nodes == nullptr) return column_array(file, tree, node, place).numbers();
  check_count(nodes->size(), place);
  std::vector<double> numbers;
  for (const PickleNode entry : *nodes) {
    if (const auto* integer = tree.get<std::int64_t>(entry)) {
      numbers.push_back(static_cast<double>(*integer));
    } else if (const auto* real = tree.get<double>(entry)) {
      numbers.push_back(*real);
    } else {
      const std::string entry_place = fmt::format("{}[{}]", place, numbers.size());
      const auto* items = tree.get<PickleItems>(entry);
      const auto* array = tree.get<PickleArray>(entry);
      const bool one = (items != nullptr && items->nodes.size() == 1) ||
                       (array != nullptr && array->built &&
                        std::all_of(array->shape.begin(), array->shape.end(), [](auto n) { return n == 1; }));
      if (!one) throw InputError(entry_place, fmt::format("is {}, not a number", kind_name(tree.at(entry))));
      numbers.push_back(first_number(file, tree, entry, entry_place));
    }
  }
  return numbers;
}

}  // namespace missmodal::trainer
