#include "trainer/data/bert/bert_weight_files.h"

#include <fmt/format.h>

#include <utility>

#include "sweeps/presence.h"
#include "sweeps/weight_files.h"
#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

namespace fs = std::filesystem;

// What stands in the place of the weights, if it says something about how to get them.
std::string instead_of_weights(const fs::path& folder) {
  std::error_code error;
  const std::string bin = (folder / "pytorch_model.bin").string();
  if (fs::exists(bin, error)) {
    return fmt::format(
        "no such file, its folder holds pytorch_model.bin, which is a pickle and not read here; this "
        "converts it, "
        "running nothing in it: python3 -c \"import torch, safetensors.torch as s; s.save_file({{k: "
        "v.contiguous().clone() for k, v in torch.load('{}', map_location='cpu', "
        "weights_only=True).items()}}, "
        "'{}')\"",
        bin, (folder / sweeps::kWholeWeights).string());
  }
  return "no such file; set model.text.init: random to train without pretrained weights";
}

constexpr std::size_t kMostMistakes = 8;
constexpr std::size_t kShownOfMany = 3;

}  // namespace

std::vector<Mistake> shortened(std::vector<Mistake> mistakes, const std::string& place) {
  if (mistakes.size() <= kMostMistakes) return mistakes;
  const std::size_t more = mistakes.size() - kShownOfMany;
  mistakes.resize(kShownOfMany);
  mistakes.push_back({place, fmt::format("{} more of its tensors do not fit either", more)});
  return mistakes;
}

BertWeightFiles::BertWeightFiles(const fs::path& folder) {
  const sweeps::WeightFiles listed = sweeps::weight_files(folder);
  path_ = (folder / (listed.indexed ? sweeps::kWeightIndex : sweeps::kWholeWeights)).string();
  if (listed.names.empty()) throw InputError(path_, instead_of_weights(folder));
  std::vector<Mistake> mistakes;
  std::map<std::string, const SafetensorsFile*> by_name;
  files_.reserve(listed.names.size());
  for (const std::string& name : listed.names) {
    try {
      if (!is_there(folder / name)) {
        throw InputError((folder / name).string(), "no such file, but the index names it");
      }
      by_name.emplace(name, &files_.emplace_back(folder / name));
    } catch (const InputError& error) {
      mistakes.insert(mistakes.end(), error.mistakes().begin(), error.mistakes().end());
    }
  }
  for (const auto& [name, file] : by_name) {
    for (const auto& [tensor, view] : file->tensors()) {
      const auto entry = listed.file_of.find(tensor);
      if (!listed.indexed || (entry != listed.file_of.end() && entry->second == name)) {
        tensors_.emplace(tensor, Tensor{&view, file->path().string()});
      } else {
        mistakes.push_back({fmt::format("{}: {}", file->path().string(), printable(tensor)),
                            entry == listed.file_of.end()
                                ? "the index does not name this tensor"
                                : fmt::format("the index says that it lies in {}", entry->second)});
      }
    }
  }
  for (const auto& [tensor, name] : listed.file_of) {
    if (by_name.contains(name) && !by_name[name]->tensors().contains(tensor)) {
      mistakes.push_back(
          {by_name[name]->path().string(),
           fmt::format("tensor {} is missing, the index says that it lies here", printable(tensor))});
    }
  }
  if (!mistakes.empty()) throw InputError(shortened(std::move(mistakes), path_));
}

}  // namespace missmodal::trainer
