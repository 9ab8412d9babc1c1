#include "trainer/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/stored_tensor.h"

namespace missmodal::trainer {

namespace {

constexpr const char* kFormat = "missmodal-checkpoint-1";
constexpr std::array<Modality, 2> kNormalized{Modality::audio, Modality::vision};

std::string normalize_name(Modality modality, const char* what) {
  return fmt::format("normalize.{}.{}", name(modality), what);
}

bool is_normalization(const std::string& tensor) {
  return std::any_of(kNormalized.begin(), kNormalized.end(), [&](Modality modality) {
    return tensor == normalize_name(modality, "mean") || tensor == normalize_name(modality, "std");
  });
}

std::vector<float> read_row(const SafetensorsFile& file, const std::string& name) {
  const std::span<const float> values = file.floats(name, 1);
  if (values.empty()) throw InputError(fmt::format("{}: {}", file.path().string(), name), "is empty");
  return {values.begin(), values.end()};
}

Normalization read_normalization(const SafetensorsFile& file, Modality modality) {
  Normalization normalization{read_row(file, normalize_name(modality, "mean")),
                              read_row(file, normalize_name(modality, "std"))};
  if (normalization.mean.size() != normalization.std.size()) {
    throw InputError(
        fmt::format("{}: {}", file.path().string(), normalize_name(modality, "std")),
        fmt::format("has {} numbers, the mean has {}", normalization.std.size(), normalization.mean.size()));
  }
  return normalization;
}

int text_width(const SafetensorsFile& file, const sweeps::Configuration& configuration) {
  if (configuration.model.text_encoder == sweeps::TextEncoder::bert) return 0;
  const std::string name = "text.lstm.weight_ih_l0";
  file.floats(name, 2);
  return static_cast<int>(file.tensor(name).shape[1]);
}

// Copies every tensor of the file into its parameter, or throws all that does not fit.
void fill(Model& model, const SafetensorsFile& file) {
  std::vector<Mistake> mistakes;
  const auto mistake = [&](const std::string& tensor, std::string reason) {
    mistakes.push_back({fmt::format("{}: {}", file.path().string(), tensor), std::move(reason)});
  };
  const torch::NoGradGuard no_grad;
  auto parameters = model.named_parameters();
  for (auto& item : parameters) {
    const auto found = file.tensors().find(item.key());
    if (found == file.tensors().end()) {
      mistake(item.key(), "tensor is missing");
    } else if (found->second.shape != item.value().sizes().vec()) {
      mistake(item.key(), fmt::format("shape must be {}, got {}", shape_text(item.value().sizes().vec()),
                                      shape_text(found->second.shape)));
    } else if (found->second.dtype != DType::F32) {
      mistake(item.key(), fmt::format("must be F32, got {}", name(found->second.dtype)));
    } else {
      item.value().copy_(to_float32(found->second));
    }
  }
  for (const auto& [tensor, view] : file.tensors()) {
    if (!parameters.contains(tensor) && !is_normalization(tensor))
      mistake(tensor, "no such tensor in the model");
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
}

}  // namespace

void save_checkpoint(OutputFile output, const Checkpoint& checkpoint) {
  std::vector<SafetensorsWriter::Declaration> declarations;
  std::vector<std::pair<const float*, std::size_t>> contents;
  std::vector<torch::Tensor> alive;  // copies on the CPU
  const torch::NoGradGuard no_grad;
  for (const auto& item : checkpoint.model->named_parameters()) {
    alive.push_back(item.value().detach().to(torch::kCPU, torch::kFloat32).contiguous());
    declarations.push_back({item.key(), DType::F32, alive.back().sizes().vec()});
    contents.emplace_back(alive.back().data_ptr<float>(), static_cast<std::size_t>(alive.back().numel()));
  }
  for (const Modality modality : kNormalized) {
    const Normalization& normalization = checkpoint.normalization[static_cast<unsigned>(modality)];
    for (const auto& [what, values] :
         {std::pair{"mean", &normalization.mean}, std::pair{"std", &normalization.std}}) {
      declarations.push_back(
          {normalize_name(modality, what), DType::F32, {static_cast<std::int64_t>(values->size())}});
      contents.emplace_back(values->data(), values->size());
    }
  }
  std::map<std::string, std::string> metadata{
      {"format", kFormat},
      {"configuration", sweeps::canonical(checkpoint.configuration, checkpoint.dataset_sha256)},
      {"dataset_sha256", checkpoint.dataset_sha256}};
  const std::string text_configuration = checkpoint.model->text_configuration();
  if (!text_configuration.empty()) metadata.emplace("bert_config", text_configuration);
  const std::string path = output.path().string();
  SafetensorsWriter writer(std::move(output), std::move(declarations), std::move(metadata));
  for (const auto& [values, count] : contents) writer.write(values, count * sizeof(float));
  const std::filesystem::path written = writer.complete();
  try {
    load_checkpoint(written);
  } catch (const InputError& error) {
    throw RunError(fmt::format("{}: was not written, as nobody could read it: {}", path, error.what()));
  }
  writer.commit();
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  const auto format = file.metadata().find("format");
  if (format == file.metadata().end() || format->second != kFormat) {
    throw InputError(path.string(),
                     fmt::format("is not a checkpoint: metadata `format` must be {}", kFormat));
  }
  Checkpoint checkpoint;
  checkpoint.configuration = sweeps::parse_configuration(file.metadata("configuration"),
                                                         fmt::format("{}: configuration", path.string()),
                                                         sweeps::ReadSemantics::same_network);
  checkpoint.dataset_sha256 = file.metadata("dataset_sha256");
  checkpoint.widths.text = text_width(file, checkpoint.configuration);
  checkpoint.normalization[0] = identity(checkpoint.widths.text);
  for (const Modality modality : kNormalized) {
    checkpoint.normalization[static_cast<unsigned>(modality)] = read_normalization(file, modality);
  }
  checkpoint.widths.audio = static_cast<int>(checkpoint.normalization[1].mean.size());
  checkpoint.widths.vision = static_cast<int>(checkpoint.normalization[2].mean.size());
  const bool bert = checkpoint.configuration.model.text_encoder == sweeps::TextEncoder::bert;
  checkpoint.model =
      make_empty_model(checkpoint.configuration, checkpoint.widths, bert ? file.metadata("bert_config") : "");
  fill(*checkpoint.model, file);
  return checkpoint;
}

}  // namespace missmodal::trainer
