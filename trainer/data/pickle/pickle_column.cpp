#include "trainer/data/pickle/pickle_column.h"

#include <fmt/format.h>

#include <cstddef>

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

// The entries of a list, a tuple or an array of objects; null for anything else.
const std::vector<PickleNode>* entries(const PickleTree& tree, PickleNode node, const std::string& place) {
  if (const auto* array = tree.get<PickleArray>(node);
      array != nullptr && array->built && array->dtype.kind == 'O') {
    const auto* items = tree.get<PickleItems>(array->data);
    const bool fits = items != nullptr && items->kind == PickleItems::Kind::list &&
                      array->shape.size() == 1 &&
                      array->shape[0] == static_cast<std::int64_t>(items->nodes.size());
    if (!fits)
      throw InputError(place, "is an array of objects that is not one row, or does not fit its data");
    return &items->nodes;
  }
  const auto* items = tree.get<PickleItems>(node);
  return items != nullptr && items->kind != PickleItems::Kind::set ? &items->nodes : nullptr;
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
  std::vector<std::string> texts;
  std::size_t total = 0;
  for (const PickleNode entry : *nodes) {
    const std::string entry_place = fmt::format("{}[{}]", place, texts.size());
    const auto* chars = tree.get<PickleChars>(entry);
    if (chars == nullptr)
      throw InputError(entry_place, fmt::format("is {}, not a string", kind_name(tree.at(entry))));
    texts.push_back(read_text(file, *chars, entry_place));
    total += texts.back().size();
    if (total > kMaxColumnText) throw InputError(place, "holds more than 100 MB of text");
  }
  return texts;
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
      throw InputError(fmt::format("{}[{}]", place, numbers.size()),
                       fmt::format("is {}, not a number", kind_name(tree.at(entry))));
    }
  }
  return numbers;
}

}  // namespace missmodal::trainer
