#pragma once
// What a key of the sweep file may hold: kind, range or choices. Checks a raw value (as YAML or JSON wrote
// it) and gives back the typed one, so that `1` and `1.0`, or two orders of a list, are one value in every
// cell's identity.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::sweeps {

enum class Kind {
  whole,   // integer
  number,  // finite double
  flag,    // true or false
  choice,  // one of `choices`
  list,    // of `choices`, none twice, `required` among them; kept in the order of `choices`
  name,    // [A-Za-z0-9_-], 1 to 64 characters
  text,    // any text but the empty one
};

struct Range {
  double low = 0;
  double high = 0;
  bool low_open = false;
  bool high_open = false;
  bool contains(double value) const;
  std::string text() const;  // "[0, 1)"
};

struct ValueType {
  Kind kind = Kind::text;
  Range range{};  // of whole and number
  std::vector<std::string_view> choices{};
  std::string_view required{};  // of list
  std::string text() const;     // "number in [0, 1)", "gmc | negatives": for messages and docs/sweep_file.md
};

// Whole numbers beyond 2^53 are not the same in every program that reads JSON.
inline constexpr double kLargestWhole = 9007199254740991.0;

struct Typed {
  nlohmann::json value;
  std::string reason;  // why `value` is none: "must be in [0, 1), got 1.5"; empty if all is well
  bool ok() const { return reason.empty(); }
};
Typed typed(const ValueType& type, const nlohmann::json& raw);

// A value as a message shows it, never longer than a line.
std::string shown(const nlohmann::json& raw);

}  // namespace missmodal::sweeps
