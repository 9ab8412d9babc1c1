#include "trainer/data/pickle/pickle_value.h"

namespace missmodal::trainer {

std::string_view kind_name(const PickleValue& value) {
  if (const auto* chars = std::get_if<PickleChars>(&value)) return chars->is_text ? "a string" : "bytes";
  if (const auto* items = std::get_if<PickleItems>(&value)) {
    switch (items->kind) {
      case PickleItems::Kind::list:
        return "a list";
      case PickleItems::Kind::tuple:
        return "a tuple";
      case PickleItems::Kind::set:
        return "a set";
    }
  }
  switch (value.index()) {
    case 0:
      return "None";
    case 1:
      return "a boolean";
    case 2:
      return "an integer";
    case 3:
      return "a number";
    case 6:
      return "a dict";
    case 7:
      return "a function or class";
    case 8:
      return "a dtype";
    default:
      return "an array";
  }
}

}  // namespace missmodal::trainer
