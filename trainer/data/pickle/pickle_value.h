#pragma once
// What a pickle holds, as plain data. Values live in one arena and refer to each other by index, so a
// container may hold itself, a value may be shared any number of times, and nesting of any depth is destroyed
// without recursion.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace missmodal::trainer {

using PickleNode = std::uint32_t;  // index into PickleTree::values

// A str or bytes object. Long ones stay in the file, since an array's data may be larger than memory.
struct PickleChars {
  enum class Encoding {
    raw,
    latin1
  };  // latin1: UTF-8 text in the file, whose characters are the bytes (protocol 2)
  bool is_text = false;
  bool in_file = false;
  Encoding encoding = Encoding::raw;
  std::uint64_t offset = 0;  // in_file: where it lies
  std::uint64_t length = 0;  // in_file: bytes there, encoded
  std::string here;          // otherwise: the bytes; text as UTF-8
};

struct PickleItems {
  enum class Kind { list, tuple, set };
  Kind kind = Kind::list;
  std::vector<PickleNode> nodes;
};

struct PickleDict {
  std::vector<std::pair<PickleNode, PickleNode>> entries;  // in file order; of equal keys the last holds
};

enum class PickleGlobal {
  reconstruct,
  scalar,
  ndarray,
  dtype,
  encode,
  frombuffer,
  ordered_dict,
  default_dict,
  factory  // a builtin type, which nothing calls
};

struct PickleDType {
  char kind = 'V';        // f, i, u, b, U, S, O; V: of no kind we read
  std::int64_t size = 0;  // bytes an element
  bool big_endian = false;
};

struct PickleArray {
  bool built = false;  // false between _reconstruct and BUILD
  PickleDType dtype;
  bool fortran = false;  // the first index runs fastest
  PickleNode data = 0;   // PickleChars; for dtype O a list
  std::vector<std::int64_t> shape;
};

struct PickleNone {};

using PickleValue = std::variant<PickleNone, bool, std::int64_t, double, PickleChars, PickleItems, PickleDict,
                                 PickleGlobal, PickleDType, PickleArray>;

struct PickleTree {
  std::vector<PickleValue> values;
  PickleNode root = 0;
  const PickleValue& at(PickleNode node) const { return values[node]; }
  template <typename T>
  const T* get(PickleNode node) const {
    return std::get_if<T>(&values[node]);
  }
};

// "a list", "an integer": for error lines.
std::string_view kind_name(const PickleValue& value);

}  // namespace missmodal::trainer
