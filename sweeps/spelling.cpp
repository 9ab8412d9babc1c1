#include "sweeps/spelling.h"

#include <fmt/format.h>

#include "sweeps/key.h"
#include "sweeps/value_type.h"
#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {

bool repeats_a_key(const YamlNode& map, std::string_view section, const YamlNode& name, const YamlNode& value,
                   const std::string& path, Mistakes& mistakes) {
  for (const Spelling& other : kOtherSpellings) {
    if (dotted(section, name.text) != other.spelling) continue;
    for (const auto& [own_name, own_value] : map.entries) {
      if (dotted(section, own_name.text) != other.path) continue;
      if (value.json() != own_value.json()) {
        mistakes.add(name, path,
                     fmt::format("is another spelling of {}, which is {} at {}; got {}", other.path,
                                 shown(own_value.json()), own_name.place, shown(value.json())));
      }
      return true;
    }
  }
  return false;
}

}  // namespace missmodal::sweeps
