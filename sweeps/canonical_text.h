#pragma once
// The one spelling of JSON that is hashed or compared as text: cells' ids, points, the base of a stage.
// docs/sweep_file.md, "Canonical JSON".

#include <nlohmann/json.hpp>
#include <string>

namespace missmodal::sweeps {

// What Python's json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) writes: no
// spaces, names sorted by their bytes, whole numbers as digits, other numbers in the fewest digits that read
// back as the same double, spelled like Python's repr ("0.0005", "1.0", "1e-08", "1e+16"). Throws
// nlohmann::json::type_error for a text that is not UTF-8. Precondition: every number is finite.
std::string canonical_text(const nlohmann::json& value);

}  // namespace missmodal::sweeps
