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
      {"mfn",
       {{"text_hidden", 4},
        {"audio_hidden", 3},
        {"vision_hidden", 2},
        {"memory", 3},
        {"attention_hidden", 4},
        {"proposal_hidden", 3},
        {"proposal_dropout", 0.1},
        {"gate1_hidden", 2},
        {"gate1_dropout", 0.2},
        {"gate2_hidden", 3},
        {"out_hidden", 4},
        {"out_dropout", 0.1}}},
      {"graph_mfn",
       {{"text_hidden", 4},
        {"audio_hidden", 3},
        {"vision_hidden", 2},
        {"memory", 6},
        {"node", 4},
        {"proposal_hidden", 4},
        {"proposal_dropout", 0.1},
        {"gate1_hidden", 5},
        {"gate2_hidden", 4},
        {"out_hidden", 12},
        {"out_dropout", 0.1}}},
      {"mfm",
       {{"text_hidden", 4},
        {"audio_hidden", 3},
        {"vision_hidden", 2},
        {"memory", 3},
        {"attention_hidden", 4},
        {"proposal_hidden", 3},
        {"gate1_hidden", 2},
        {"gate2_hidden", 3},
        {"text_code", 4},
        {"audio_code", 3},
        {"vision_code", 5},
        {"common_code", 4},
        {"text_factor", 3},
        {"audio_factor", 2},
        {"vision_factor", 4},
        {"common_factor", 3},
        {"out_dropout", 0.1},
        {"discrepancy_weight", 0.5}}},
      {"mctn", {{"steps", 4}, {"hidden", 3}}},
      {"ctfn", {{"steps", 3}, {"width", 4}, {"heads", 2}, {"layers", 1}, {"feed_forward", 5}, {"hidden", 3}}},
      {"mult",
       {{"width", 4},
        {"heads", 2},
        {"levels", 1},
        {"text_kernel", 3},
        {"audio_kernel", 2},
        {"vision_kernel", 1},
        {"audio_attention_dropout", 0.1},
        {"relu_dropout", 0.1},
        {"residual_dropout", 0.1},
        {"accumulation", 1}}},
      {"misa", {{"hidden", 4}, {"feed_forward", 6}, {"accumulation", 1}}},
      {"mag_bert", {{"beta", 0.5}}},
      {"self_mm",
       {{"audio_hidden", 4},
        {"vision_hidden", 3},
        {"audio_out", 3},
        {"vision_out", 4},
        {"fusion_head", 5},
        {"text_head", 4},
        {"audio_head", 3},
        {"vision_head", 3},
        {"fusion_dropout", 0.1},
        {"accumulation", 1}}},
      {"mmim",
       {{"audio_hidden", 3}, {"vision_hidden", 4}, {"audio_out", 4}, {"vision_out", 8}, {"fused", 5}}}};
  return all;
}

// Word vectors through a small sequence encoder, for a model that could read word pieces.
inline void add_tiny_text(sweeps::Settings& settings) {
  settings["model.text.encoder"] = "sequence";
  settings["model.hidden"] = 3;
  settings["model.layers"] = 1;
  settings["model.heads"] = 2;
  settings["model.feed_forward"] = 2;
}

// `more`: full keys. Where dropout is off it is off everywhere.
enum class Dropout { as_given, off };
inline sweeps::Configuration tiny_baseline(const std::string& name, const sweeps::Settings& more = {},
                                           Dropout dropout = Dropout::as_given) {
  sweeps::Settings settings = more;
  settings["model.name"] = name;
  if (!settings.contains("model.text.encoder")) add_tiny_text(settings);
  for (const auto& [key, value] : tiny_baselines().at(name)) settings["model." + name + "." + key] = value;
  if (dropout == Dropout::off) {
    settings["model.dropout"] = 0.0;
    for (const sweeps::Key& key : sweeps::own_keys(sweeps::model_kind(name))) {
      if (key.path.find("dropout") != std::string_view::npos) settings[std::string(key.path)] = 0.0;
    }
  }
  return sweeps::configured(settings);
}

}  // namespace missmodal::trainer::testing
