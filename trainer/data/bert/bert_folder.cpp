#include "trainer/data/bert/bert_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

#include "sweeps/error.h"
#include "sweeps/presence.h"
#include "sweeps/sha256.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "bert.";

bool starts_with(const std::string& text, std::string_view start) {
  return text.rfind(start, 0) == 0;
}
bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// Today's name with `bert.` in front.
std::string current_name(const std::string& stored) {
  std::string name = starts_with(stored, kPrefix) ? stored : std::string(kPrefix) + stored;
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

void expect_folder(const fs::path& folder) {
  if (!is_there(folder)) throw InputError(folder.string(), "no such folder (model.text.weights)");
  if (!fs::is_directory(folder)) throw InputError(folder.string(), "is no folder (model.text.weights)");
}

std::string read_text(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    throw InputError(path.string(),
                     fmt::format("cannot be read: {}", errno != 0 ? std::strerror(errno) : "it is empty"));
  }
  return text.str();
}

}  // namespace

std::vector<NamedShape> bert_parameters(const BertConfiguration& configuration) {
  const std::int64_t width = configuration.hidden_size;
  std::vector<NamedShape> parameters;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    parameters.push_back({std::string(kPrefix) + name, std::move(shape)});
  };
  const auto add_linear = [&](const std::string& name, std::int64_t out, std::int64_t in) {
    add(name + ".weight", {out, in});
    add(name + ".bias", {out});
  };
  const auto add_norm = [&](const std::string& name) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  };
  add("embeddings.word_embeddings.weight", {configuration.vocab_size, width});
  add("embeddings.position_embeddings.weight", {configuration.max_positions, width});
  add("embeddings.token_type_embeddings.weight", {configuration.segments, width});
  add_norm("embeddings.LayerNorm");
  for (std::int64_t i = 0; i < configuration.layers; ++i) {
    const std::string layer = fmt::format("encoder.layer.{}.", i);
    for (const char* role : {"query", "key", "value"})
      add_linear(layer + "attention.self." + role, width, width);
    add_linear(layer + "attention.output.dense", width, width);
    add_norm(layer + "attention.output.LayerNorm");
    add_linear(layer + "intermediate.dense", configuration.intermediate_size, width);
    add_linear(layer + "output.dense", width, configuration.intermediate_size);
    add_norm(layer + "output.LayerNorm");
  }
  return parameters;
}

BertTensors match_bert_tensors(const BertWeightFiles& files, const std::vector<NamedShape>& parameters) {
  BertTensors tensors;
  std::vector<Mistake> mistakes;
  std::map<std::string, BertTensors::Stored> found;
  const auto place = [](const BertTensors::Stored& stored) {
    return fmt::format("{}: {}", stored.tensor.file, printable(stored.name));
  };
  for (const auto& [stored, tensor] : files.tensors()) {
    const std::string name = current_name(stored);
    BertTensors::Stored entry{stored, tensor};
    if (!belongs_to_encoder(name)) {
      tensors.ignored.push_back(stored);
    } else if (const auto earlier = found.find(name); earlier != found.end()) {
      mistakes.push_back(
          {place(entry), fmt::format("the same tensor as {}", printable(earlier->second.name))});
    } else {
      found.emplace(name, std::move(entry));
    }
  }
  if (found.empty()) {
    throw InputError(files.path(), fmt::format("holds none of a BERT's tensors; {}",
                                               tensors.ignored.empty()
                                                   ? "it is empty"
                                                   : "its first is " + printable(tensors.ignored.front())));
  }
  for (const auto& [parameter, shape] : parameters) {
    const auto entry = found.find(parameter);
    if (entry == found.end()) {
      mistakes.push_back(
          {files.path(), fmt::format("tensor {} is missing", parameter.substr(kPrefix.size()))});
      continue;
    }
    const TensorView& view = *entry->second.tensor.view;
    if (view.shape != shape) {
      mistakes.push_back({place(entry->second), fmt::format("shape must be {} by config.json, got {}",
                                                            shape_text(shape), shape_text(view.shape))});
    } else if (!is_floating(view.dtype)) {
      mistakes.push_back(
          {place(entry->second), fmt::format("must hold floating-point numbers, got {}", name(view.dtype))});
    }
    tensors.by_parameter.insert(found.extract(entry));
  }
  for (const auto& [parameter, stored] : found) {
    mistakes.push_back({place(stored), "no such tensor in the network of config.json"});
  }
  if (!mistakes.empty()) throw InputError(shortened(std::move(mistakes), files.path()));
  return tensors;
}

std::string read_bert_configuration(const fs::path& folder) {
  expect_folder(folder);
  const fs::path path = folder / "config.json";
  try {
    return read_text(path);
  } catch (const InputError& error) {
    throw InputError(path.string(), error.mistakes().front().reason +
                                        "; a folder of BERT weights holds config.json and model.safetensors");
  }
}

BertWeightFiles open_bert_weights(const fs::path& folder) {
  expect_folder(folder);
  return BertWeightFiles(folder);
}

BertFolder examine_bert_folder(const fs::path& folder, BertWeightsWanted wanted) {
  BertFolder examined;
  examined.configuration =
      parse_bert_configuration(read_bert_configuration(folder), (folder / "config.json").string());
  if (wanted == BertWeightsWanted::yes) {
    const BertWeightFiles files = open_bert_weights(folder);
    examined.ignored = match_bert_tensors(files, bert_parameters(examined.configuration)).ignored;
  }
  if (is_there(folder / kVocabularyFile))
    examined.vocabulary_sha256 = hex(sha256(read_text(folder / kVocabularyFile)));
  return examined;
}

}  // namespace missmodal::trainer
