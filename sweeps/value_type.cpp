#include "sweeps/value_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "sweeps/canonical_text.h"
#include "sweeps/nearest.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

Typed refused(std::string reason) {
  return {json(), std::move(reason)};
}

std::string must_be(const std::string& what, const json& raw) {
  return "must be " + what + ", got " + shown(raw);
}

std::string joined(const std::vector<std::string_view>& words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

Typed typed_number(const ValueType& type, const json& raw) {
  const bool whole = type.kind == Kind::whole;
  if (whole ? !raw.is_number_integer() : !raw.is_number()) {
    return refused(must_be(whole ? "a whole number" : "a number", raw));
  }
  const double number = raw.get<double>();
  if (!type.range.contains(number)) {
    return refused(must_be("in " + type.range.text(), raw));
  }
  if (whole) return {json(raw.get<std::int64_t>()), {}};
  return {json(number + 0.0), {}};  // + 0.0: -0.0 and 0.0 are one value
}

Typed typed_choice(const ValueType& type, const json& raw) {
  if (raw.is_string()) {
    const auto& word = raw.get_ref<const std::string&>();
    if (std::find(type.choices.begin(), type.choices.end(), word) != type.choices.end()) return {raw, {}};
  }
  return refused(must_be((type.choices.size() == 1 ? "" : "one of ") + joined(type.choices, ", "), raw));
}

Typed typed_list(const ValueType& type, const json& raw) {
  if (!raw.is_array() || raw.empty()) {
    return refused(must_be("a list of " + joined(type.choices, ", "), raw));
  }
  std::vector<bool> present(type.choices.size());
  for (const json& item : raw) {
    const auto found = std::find_if(type.choices.begin(), type.choices.end(), [&](std::string_view choice) {
      return item.is_string() && item.get_ref<const std::string&>() == choice;
    });
    if (found == type.choices.end()) {
      return refused(must_be("a list of " + joined(type.choices, ", "), item) + " in it");
    }
    const auto place = static_cast<std::size_t>(found - type.choices.begin());
    if (present[place]) return refused("must not hold " + shown(item) + " twice");
    present[place] = true;
  }
  json sorted = json::array();
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) sorted.push_back(type.choices[i]);
  }
  if (!type.required.empty() && std::find(sorted.begin(), sorted.end(), type.required) == sorted.end()) {
    return refused(fmt::format("must contain {}, got {}", type.required, shown(raw)));
  }
  return {sorted, {}};
}

bool is_name(const std::string& word) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), allowed);
}

Typed typed_text(const ValueType& type, const json& raw) {
  if (raw.is_number() || raw.is_boolean()) return refused(must_be("text", raw) + " (quotes make it text)");
  if (!raw.is_string()) return refused(must_be("text", raw));
  const auto& word = raw.get_ref<const std::string&>();
  if (type.kind == Kind::name) {
    return is_name(word) ? Typed{raw, {}} : refused(must_be("1 to 64 of A-Z a-z 0-9 _ -", raw));
  }
  if (word.find('\0') != std::string::npos) return refused(must_be("without a zero", raw));
  return word.empty() ? refused("must not be empty") : Typed{raw, {}};
}

}  // namespace

bool Range::contains(double value) const {
  return std::isfinite(value) && (low_open ? value > low : value >= low) &&
         (high_open ? value < high : value <= high);
}

std::string Range::text() const {
  return fmt::format("{}{:.16g}, {:.16g}{}", low_open ? '(' : '[', low, high, high_open ? ')' : ']');
}

std::string ValueType::text() const {
  switch (kind) {
    case Kind::whole:
      return "whole number in " + range.text();
    case Kind::number:
      return "number in " + range.text();
    case Kind::flag:
      return "true or false";
    case Kind::choice:
      return joined(choices, " or ");
    case Kind::list:
      return "list of " + joined(choices, ", ") +
             (required.empty() ? "" : fmt::format("; {} always", required));
    case Kind::name:
      return "name";
    case Kind::text:
      return "text";
  }
  return {};
}

std::string shown(const json& raw) {
  if (raw.is_null()) return "nothing";
  if (raw.is_object()) return "a mapping";
  if (raw.is_number_float() && std::isfinite(raw.get<double>())) return canonical_text(raw);
  std::string text = raw.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return text;
  std::size_t end = kLongest;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a UTF-8 character
  return text.substr(0, end) + "...";
}

Typed typed(const ValueType& type, const json& raw) {
  switch (type.kind) {
    case Kind::whole:
    case Kind::number:
      return typed_number(type, raw);
    case Kind::flag:
      return raw.is_boolean() ? Typed{raw, {}} : refused(must_be("true or false", raw));
    case Kind::choice:
      return typed_choice(type, raw);
    case Kind::list:
      return typed_list(type, raw);
    case Kind::name:
    case Kind::text:
      return typed_text(type, raw);
  }
  return refused("has no type");
}

}  // namespace missmodal::sweeps
