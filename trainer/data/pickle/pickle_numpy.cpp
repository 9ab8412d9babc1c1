#include "trainer/data/pickle/pickle_numpy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <vector>

#include "trainer/data/character.h"
#include "trainer/data/pickle/element.h"

namespace missmodal::trainer {
namespace {

constexpr std::size_t kMaxDimensions = 32;  // numpy's own limit before 2.0
constexpr std::string_view kFactories[] = {"dict", "list", "set", "tuple", "int", "float", "str"};

const PickleItems& tuple_of(const PickleTree& tree, PickleNode node, std::string_view what) {
  const auto* items = tree.get<PickleItems>(node);
  if (items == nullptr || items->kind != PickleItems::Kind::tuple) {
    throw PickleMistake{fmt::format("{} is not a tuple but {}", what, kind_name(tree.at(node)))};
  }
  return *items;
}

// Either kind: a Python 2 pickle writes its names as bytes.
const std::string& short_string(const PickleTree& tree, PickleNode node, std::string_view what) {
  const auto* chars = tree.get<PickleChars>(node);
  if (chars == nullptr || chars->in_file) throw PickleMistake{fmt::format("{} is not a short string", what)};
  return chars->here;
}

bool is_none(const PickleTree& tree, PickleNode node) {
  return tree.get<PickleNone>(node) != nullptr;
}

// A type that a defaultdict may be of.
bool is_container(const PickleTree& tree, PickleNode node) {
  const auto* global = tree.get<PickleGlobal>(node);
  return global != nullptr && (*global == PickleGlobal::factory || *global == PickleGlobal::ordered_dict);
}

bool truth(const PickleTree& tree, PickleNode node) {
  if (const auto* flag = tree.get<bool>(node)) return *flag;
  if (const auto* number = tree.get<std::int64_t>(node)) return *number != 0;
  throw PickleMistake{fmt::format("an array's order flag is {}", kind_name(tree.at(node)))};
}

std::vector<std::int64_t> shape_of(const PickleTree& tree, PickleNode node) {
  std::vector<std::int64_t> shape;
  for (const PickleNode item : tuple_of(tree, node, "an array's shape").nodes) {
    const auto* size = tree.get<std::int64_t>(item);
    if (size == nullptr || *size < 0) throw PickleMistake{"an array's shape holds something else than sizes"};
    shape.push_back(*size);
  }
  if (shape.size() > kMaxDimensions) throw PickleMistake{"an array has more than 32 dimensions"};
  return shape;
}

const PickleDType& dtype_of(const PickleTree& tree, PickleNode node) {
  const auto* dtype = tree.get<PickleDType>(node);
  if (dtype == nullptr)
    throw PickleMistake{fmt::format("expected a dtype, got {}", kind_name(tree.at(node)))};
  return *dtype;
}

// 'f8', '<f4', 'U584', 'O'. Sizes that we do not read give kind V, which only an error line ever meets: a
// file may hold arrays that nobody asks for.
PickleDType parse_dtype(const std::string& code) {
  PickleDType dtype;
  std::string_view text = code;
  if (!text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos) {
    dtype.big_endian = text[0] == '>';
    text.remove_prefix(1);
  }
  if (text.empty()) return dtype;
  const char kind = text[0];
  std::int64_t size = kind == 'O' ? 8 : 0;
  const char* end = text.data() + text.size();
  if (text.size() > 1) {
    const auto [stop, error] = std::from_chars(text.data() + 1, end, size);
    if (error != std::errc{} || stop != end) return dtype;
  }
  const bool number =
      kind == 'f' ? (size == 2 || size == 4 || size == 8)
                  : (kind == 'i' || kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8);
  const bool string = (kind == 'U' || kind == 'S') && size > 0 && size <= kMaxCharactersPerString;
  if (number || string || (kind == 'b' && size == 1) || kind == 'O') {
    dtype.kind = kind;
    dtype.size = kind == 'U' ? 4 * size : size;
  }
  return dtype;
}

PickleValue scalar(const PickleTree& tree, const PickleItems& arguments) {
  if (arguments.nodes.size() != 2) throw PickleMistake{"numpy's scalar() takes a dtype and bytes"};
  const PickleDType& dtype = dtype_of(tree, arguments.nodes[0]);
  const std::string& bytes = short_string(tree, arguments.nodes[1], "a numpy scalar's data");
  if (dtype.kind == 'V' || dtype.kind == 'O' || bytes.size() != static_cast<std::size_t>(dtype.size)) {
    throw PickleMistake{"a numpy scalar of a kind that is not read here, or of a wrong size"};
  }
  if (dtype.kind == 'U' || dtype.kind == 'S') {
    PickleChars chars;
    chars.is_text = true;
    const auto text = decode_string(bytes.data(), dtype);
    if (!text) throw PickleMistake{"a numpy string holds an invalid character"};
    chars.here = *text;
    return chars;
  }
  if (dtype.kind == 'b') return bytes[0] != '\0';
  if (dtype.kind == 'i' || (dtype.kind == 'u' && dtype.size < 8)) return decode_integer(bytes.data(), dtype);
  double number = 0;
  decode_elements(bytes.data(), dtype, 1, &number);
  return number;
}

PickleValue encode(const PickleTree& tree, const PickleItems& arguments) {
  if (arguments.nodes.size() != 2) throw PickleMistake{"_codecs.encode takes a text and an encoding here"};
  const std::string& encoding = short_string(tree, arguments.nodes[1], "_codecs.encode's encoding");
  if (encoding != "latin1" && encoding != "latin-1") {
    throw PickleMistake{fmt::format("_codecs.encode to '{}': only latin1 is read", encoding)};
  }
  const auto* text = tree.get<PickleChars>(arguments.nodes[0]);
  if (text == nullptr || !text->is_text) throw PickleMistake{"_codecs.encode of something that is no text"};
  PickleChars bytes = *text;
  bytes.is_text = false;
  bytes.encoding = PickleChars::Encoding::latin1;
  if (bytes.in_file) return bytes;
  auto decoded = latin1_bytes(bytes.here);
  if (!decoded) throw PickleMistake{"a text that stands for bytes holds a character past 255"};
  bytes.here = std::move(*decoded);
  bytes.encoding = PickleChars::Encoding::raw;
  return bytes;
}

PickleValue frombuffer(const PickleTree& tree, const PickleItems& arguments) {
  if (arguments.nodes.size() != 4)
    throw PickleMistake{"numpy's _frombuffer takes buffer, dtype, shape and order"};
  const std::string& order = short_string(tree, arguments.nodes[3], "an array's order");
  if (order != "C" && order != "F") throw PickleMistake{"an array's order is neither C nor F"};
  PickleArray array;
  array.built = true;
  array.data = arguments.nodes[0];
  array.dtype = dtype_of(tree, arguments.nodes[1]);
  array.shape = shape_of(tree, arguments.nodes[2]);
  array.fortran = order == "F";
  return array;
}

PickleValue reconstruct(const PickleTree& tree, const PickleItems& arguments) {
  const auto* type = arguments.nodes.empty() ? nullptr : tree.get<PickleGlobal>(arguments.nodes[0]);
  if (type == nullptr || *type != PickleGlobal::ndarray) {
    throw PickleMistake{"_reconstruct of something else than numpy.ndarray"};
  }
  return PickleArray{};
}

// OrderedDict(), or OrderedDict([[key, value], ...]) as Python 2 wrote it.
PickleValue ordered_dict(const PickleTree& tree, const PickleItems& arguments) {
  PickleDict dict;
  if (arguments.nodes.empty()) return dict;
  const auto* pairs = tree.get<PickleItems>(arguments.nodes[0]);
  constexpr std::size_t kMostPairs = 32;  // a call copies them, and calls may be many
  if (arguments.nodes.size() != 1 || pairs == nullptr || pairs->nodes.size() > kMostPairs)
    throw PickleMistake{"an OrderedDict of no short list of pairs"};
  for (const PickleNode node : pairs->nodes) {
    const auto* pair = tree.get<PickleItems>(node);
    if (pair == nullptr || pair->nodes.size() != 2)
      throw PickleMistake{"an OrderedDict of no short list of pairs"};
    dict.entries.emplace_back(pair->nodes[0], pair->nodes[1]);
  }
  return dict;
}

// defaultdict(factory): its entries follow. The factory is a name here, and called by nobody.
PickleValue default_dict(const PickleTree& tree, const PickleItems& arguments) {
  const bool harmless = arguments.nodes.empty() ||
                        (arguments.nodes.size() == 1 &&
                         (is_none(tree, arguments.nodes[0]) || is_container(tree, arguments.nodes[0])));
  if (!harmless) throw PickleMistake{"a defaultdict whose factory is no builtin type"};
  return PickleDict{};
}

void set_dtype_state(const PickleTree& tree, PickleDType& dtype, PickleNode state) {
  const std::vector<PickleNode>& nodes = tuple_of(tree, state, "a dtype's state").nodes;
  if (nodes.size() < 5) throw PickleMistake{"a dtype's state is too short"};
  dtype.big_endian = short_string(tree, nodes[1], "a dtype's byte order") == ">";
  const bool plain = is_none(tree, nodes[2]) && is_none(tree, nodes[3]) && is_none(tree, nodes[4]);
  if (!plain) dtype.kind = 'V';  // structured or sub-array
}

void set_array_state(const PickleTree& tree, PickleArray& array, PickleNode state) {
  const std::vector<PickleNode>& nodes = tuple_of(tree, state, "an array's state").nodes;
  if (nodes.size() != 5) throw PickleMistake{"an array's state does not have 5 parts"};
  PickleArray built;
  built.shape = shape_of(tree, nodes[1]);
  built.dtype = dtype_of(tree, nodes[2]);
  built.fortran = truth(tree, nodes[3]);
  built.data = nodes[4];
  built.built = true;
  array = std::move(built);
}

}  // namespace

PickleGlobal find_global(std::string_view module, std::string_view name) {
  const auto numpy = [&](std::string_view part) {
    return module == fmt::format("numpy.core.{}", part) || module == fmt::format("numpy._core.{}", part);
  };
  if (numpy("multiarray") && name == "_reconstruct") return PickleGlobal::reconstruct;
  if (numpy("multiarray") && name == "scalar") return PickleGlobal::scalar;
  if (numpy("numeric") && name == "_frombuffer") return PickleGlobal::frombuffer;
  if (module == "numpy" && name == "ndarray") return PickleGlobal::ndarray;
  if (module == "numpy" && name == "dtype") return PickleGlobal::dtype;
  if (module == "_codecs" && name == "encode") return PickleGlobal::encode;
  if (module == "collections" && name == "OrderedDict") return PickleGlobal::ordered_dict;
  if (module == "collections" && name == "defaultdict") return PickleGlobal::default_dict;
  if ((module == "builtins" || module == "__builtin__") &&
      std::find(std::begin(kFactories), std::end(kFactories), name) != std::end(kFactories)) {
    return PickleGlobal::factory;
  }
  throw PickleMistake{
      fmt::format("the file asks for '{}.{}', which is not a plain container or a numpy array; "
                  "nothing in a file is executed",
                  printable(module), printable(name))};
}

PickleValue call_global(const PickleTree& tree, PickleNode function, PickleNode arguments) {
  const auto* global = tree.get<PickleGlobal>(function);
  if (global == nullptr) {
    throw PickleMistake{fmt::format("the file calls {}", kind_name(tree.at(function)))};
  }
  const PickleItems& tuple = tuple_of(tree, arguments, "a call's arguments");
  switch (*global) {
    case PickleGlobal::reconstruct:
      return reconstruct(tree, tuple);
    case PickleGlobal::scalar:
      return scalar(tree, tuple);
    case PickleGlobal::encode:
      return encode(tree, tuple);
    case PickleGlobal::frombuffer:
      return frombuffer(tree, tuple);
    case PickleGlobal::dtype:
      if (tuple.nodes.empty()) throw PickleMistake{"numpy.dtype without a code"};
      return parse_dtype(short_string(tree, tuple.nodes[0], "a dtype's code"));
    case PickleGlobal::ordered_dict:
      return ordered_dict(tree, tuple);
    case PickleGlobal::default_dict:
      return default_dict(tree, tuple);
    case PickleGlobal::ndarray:
      throw PickleMistake{"the file calls numpy.ndarray itself"};
    case PickleGlobal::factory:
      break;
  }
  throw PickleMistake{"the file calls a builtin type: no dataset of plain arrays needs it"};
}

void set_state(PickleTree& tree, PickleNode object, PickleNode state) {
  if (auto* dtype = std::get_if<PickleDType>(&tree.values[object]))
    return set_dtype_state(tree, *dtype, state);
  if (auto* array = std::get_if<PickleArray>(&tree.values[object]))
    return set_array_state(tree, *array, state);
  throw PickleMistake{fmt::format("the file sets the state of {}", kind_name(tree.at(object)))};
}

}  // namespace missmodal::trainer
