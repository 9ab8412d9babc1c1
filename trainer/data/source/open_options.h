#pragma once
// What a user says about a source file beside its path: `missmodal data import`'s flags.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sweeps/label_scale.h"
#include "sweeps/trial_result.h"

namespace missmodal::trainer {

enum class SourceLayout { mmsa, cmu, tuples };
std::string_view name(SourceLayout layout);  // "mmsa", "cmu", "tuples"
std::optional<SourceLayout> parse_source_layout(std::string_view text);

struct OpenOptions {
  std::optional<SourceLayout> layout = {};  // nothing: found out
  std::map<std::string, std::string> keys =
      {};                                       // the name that a layout gives a key or a split -> the file's
  std::optional<sweeps::SplitName> split = {};  // this one alone; nothing: all three
  bool unlabelled = false;                      // labels are not read, and need not be there
  std::optional<sweeps::LabelScale> scale = {};  // nothing: found out
};

}  // namespace missmodal::trainer
