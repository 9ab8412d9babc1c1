#pragma once
// The keys that belong to the whole sweep file and not to a training's configuration (sweeps/key.h): they
// cannot differ between stages, and none is part of a cell's identity.

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "sweeps/sweep_file.h"
#include "sweeps/value_type.h"

namespace missmodal::sweeps {

struct FileKey {
  std::string_view path;
  ValueType type;
  std::string_view doc;
  nlohmann::json (*get)(const Sweep&);
  void (*set)(Sweep&, const nlohmann::json&);  // precondition: the value came from typed(type, ...)
  bool required = false;
};

std::span<const FileKey> file_keys();

// Every key that may stand outside of the stages: the configuration's, these, and evaluation.conditions.
std::span<const std::string_view> file_level_paths();

}  // namespace missmodal::sweeps
