#include "trainer/model/bert_weights.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>

#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/stored_tensor.h"

namespace missmodal::trainer {

namespace {

bool starts_with(const std::string& text, std::string_view start) {
  return text.rfind(start, 0) == 0;
}
bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Today's name with `bert.` in front.
std::string current_name(const std::string& stored) {
  std::string name = starts_with(stored, "bert.") ? stored : "bert." + stored;
  for (const auto& [old_name, new_name] : {std::pair{".gamma", ".weight"}, std::pair{".beta", ".bias"}}) {
    if (ends_with(name, std::string("LayerNorm") + old_name)) {
      name.replace(name.size() - std::string_view(old_name).size(), std::string::npos, new_name);
    }
  }
  return name;
}

bool belongs_to_encoder(const std::string& name) {
  return (starts_with(name, "bert.embeddings.") || starts_with(name, "bert.encoder.")) &&
         !ends_with(name, ".position_ids");
}

}  // namespace

std::string read_bert_configuration(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file)
    throw InputError(path.string(),
                     "cannot be read; a folder of BERT weights holds config.json and model.safetensors");
  return text.str();
}

BertWeightsReport load_bert_weights(BertEncoder& encoder, const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "model.safetensors";
  if (!std::filesystem::exists(path)) {
    throw InputError(path.string(),
                     "no such file; set model.text_init: random to train without pretrained weights");
  }
  const SafetensorsFile file(path);
  BertWeightsReport report;
  std::vector<Mistake> mistakes;
  std::map<std::string, std::pair<std::string, const TensorView*>> found;
  for (const auto& [stored, view] : file.tensors()) {
    const std::string name = current_name(stored);
    if (!belongs_to_encoder(name)) {
      report.ignored.push_back(stored);
    } else if (!found.emplace(name, std::pair{stored, &view}).second) {
      mistakes.push_back({fmt::format("{}: {}", path.string(), stored),
                          fmt::format("the same tensor as {}", found[name].first)});
    }
  }
  const torch::NoGradGuard no_grad;
  for (auto& item : encoder.named_parameters()) {
    const auto entry = found.find(item.key());
    if (entry == found.end()) {
      mistakes.push_back({path.string(), fmt::format("tensor {} is missing", item.key().substr(5))});
      continue;
    }
    const auto [stored, view] = entry->second;
    const std::string place = fmt::format("{}: {}", path.string(), stored);
    if (item.value().sizes().vec() != view->shape) {
      mistakes.push_back(
          {place, fmt::format("shape must be {} by config.json, got {}",
                              shape_text(item.value().sizes().vec()), shape_text(view->shape))});
    } else if (!is_floating(view->dtype)) {
      mistakes.push_back({place, fmt::format("must hold floating-point numbers, got {}", name(view->dtype))});
    } else {
      item.value().copy_(to_float32(*view));
    }
    found.erase(entry);
  }
  for (const auto& [name, entry] : found) {
    mistakes.push_back(
        {fmt::format("{}: {}", path.string(), entry.first), "no such tensor in the network of config.json"});
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
  return report;
}

}  // namespace missmodal::trainer
