#include "sweeps/canonical_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include "sweeps/error.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

// Where Python's repr goes over to an exponent (float_repr_style "short"): outside of [1e-4, 1e16).
constexpr int kSmallestFixedExponent = -4;
constexpr int kLargestFixedExponent = 15;

std::string with_exponent(const std::string& digits, int exponent) {
  std::string text = digits.substr(0, 1);
  if (digits.size() > 1) text += "." + digits.substr(1);
  text += exponent < 0 ? "e-" : "e+";
  const std::string magnitude = std::to_string(std::abs(exponent));
  return text + (magnitude.size() < 2 ? "0" : "") + magnitude;
}

std::string fixed(const std::string& digits, int exponent) {
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
  return digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string number_text(double number) {
  MISSMODAL_CHECK(std::isfinite(number));
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number),
                                    std::chars_format::scientific);  // "d.ddde-07"
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  std::string digits(shortest.substr(0, 1));
  if (e > 1) digits += shortest.substr(2, e - 2);
  const int exponent = std::atoi(std::string(shortest.substr(e + 1)).c_str());
  const bool is_fixed = exponent >= kSmallestFixedExponent && exponent <= kLargestFixedExponent;
  return (std::signbit(number) ? "-" : "") +
         (is_fixed ? fixed(digits, exponent) : with_exponent(digits, exponent));
}

void write(const json& value, std::string& text) {
  if (value.is_number_float()) {
    text += number_text(value.get<double>());
  } else if (value.is_object()) {
    char before = '{';
    for (const auto& [name, child] : value.items()) {
      text += before + json(name).dump() + ':';
      write(child, text);
      before = ',';
    }
    text += value.empty() ? "{}" : "}";
  } else if (value.is_array()) {
    char before = '[';
    for (const json& child : value) {
      text += before;
      write(child, text);
      before = ',';
    }
    text += value.empty() ? "[]" : "]";
  } else {
    text += value.dump();  // escapes as Python does
  }
}

}  // namespace

std::string canonical_text(const json& value) {
  std::string text;
  write(value, text);
  return text;
}

}  // namespace missmodal::sweeps
