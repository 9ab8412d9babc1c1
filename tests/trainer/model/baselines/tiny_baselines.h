#pragma once
// Every baseline with widths of a few numbers, and with dropout.

#include <map>
#include <string>

#include "sweeps/key.h"

namespace missmodal::trainer::testing {

inline const std::map<std::string, sweeps::Settings>& tiny_baselines() {
  static const std::map<std::string, sweeps::Settings> all{
      {"ef_lstm", {{"steps", 4}, {"hidden", 5}, {"layers", 2}, {"dropout", 0.25}}},
      {"lf_dnn",
       {{"text_hidden", 4}, {"audio_hidden", 3}, {"vision_hidden", 5}, {"text_out", 3}, {"post_fusion", 4}}},
      {"tfn",
       {{"text_hidden", 4}, {"audio_hidden", 3}, {"vision_hidden", 2}, {"text_out", 3}, {"post_fusion", 4}}},
      {"lmf", {{"text_hidden", 4}, {"audio_hidden", 3}, {"vision_hidden", 5}, {"text_out", 3}, {"rank", 2}}},
      {"mctn", {{"steps", 4}, {"hidden", 3}}},
      {"ctfn",
       {{"steps", 3}, {"width", 4}, {"heads", 2}, {"layers", 1}, {"feed_forward", 5}, {"hidden", 3}}}};
  return all;
}

// `more`: full keys. Where dropout is off it is off everywhere.
enum class Dropout { as_given, off };
inline sweeps::Configuration tiny_baseline(const std::string& name, const sweeps::Settings& more = {},
                                           Dropout dropout = Dropout::as_given) {
  sweeps::Settings settings = more;
  settings["model.name"] = name;
  for (const auto& [key, value] : tiny_baselines().at(name)) settings["model." + name + "." + key] = value;
  if (dropout == Dropout::off) {
    for (const sweeps::Key& key : sweeps::own_keys(sweeps::model_kind(name))) {
      if (key.path.find("dropout") != std::string_view::npos) settings[std::string(key.path)] = 0.0;
    }
  }
  return sweeps::configured(settings);
}

}  // namespace missmodal::trainer::testing
