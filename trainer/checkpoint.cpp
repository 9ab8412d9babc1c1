#include "trainer/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/registry.h"
#include "trainer/stored_values.h"

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

// Precondition: the audio's and the vision's are known.
int text_width(const SafetensorsFile& file, const sweeps::Configuration& configuration,
               const Widths& widths) {
  if (configuration.model.text_encoder == sweeps::TextEncoder::bert) return 0;
  const ModelFactory& factory = model_factory(configuration.model.name);
  const std::string name(factory.word_vector_input);
  file.floats(name, factory.word_vector_axes);
  const auto columns = static_cast<int>(file.tensor(name).shape[1]);
  const int width = factory.joint_input ? columns - widths.audio - widths.vision : columns;
  if (width < 1)
    throw InputError(fmt::format("{}: {}", file.path().string(), name),
                     fmt::format("has {} columns", columns));
  return width;
}

// Copies every tensor of the file into the model, or throws all that does not fit.
void fill(const Model& model, const SafetensorsFile& file) {
  std::vector<Mistake> mistakes = read_values(file, values_of(model), is_normalization);
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
}

// The normalisations' numbers, as they stand in a checkpoint.
NamedTensors normalization_rows(const Checkpoint& checkpoint) {
  NamedTensors rows;
  for (const Modality modality : kNormalized) {
    const Normalization& normalization = checkpoint.normalization[static_cast<unsigned>(modality)];
    rows.emplace_back(normalize_name(modality, "mean"), torch::tensor(normalization.mean, torch::kFloat32));
    rows.emplace_back(normalize_name(modality, "std"), torch::tensor(normalization.std, torch::kFloat32));
  }
  return rows;
}

}  // namespace

void save_checkpoint(OutputFile output, const Checkpoint& checkpoint) {
  NamedTensors values = storable(values_of(*checkpoint.model));
  for (auto& row : normalization_rows(checkpoint)) values.push_back(std::move(row));
  std::map<std::string, std::string> metadata{
      {"format", kFormat},
      {"configuration", sweeps::canonical(checkpoint.configuration, checkpoint.dataset_sha256)},
      {"dataset_sha256", checkpoint.dataset_sha256}};
  const std::string text_configuration = checkpoint.model->text_configuration();
  if (!text_configuration.empty()) metadata.emplace("bert_config", text_configuration);
  const std::string path = output.path().string();
  SafetensorsWriter writer(std::move(output), declarations_of(values), std::move(metadata));
  write_values(writer, values);
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
  for (const Modality modality : kNormalized) {
    checkpoint.normalization[static_cast<unsigned>(modality)] = read_normalization(file, modality);
  }
  checkpoint.widths.audio = static_cast<int>(checkpoint.normalization[1].mean.size());
  checkpoint.widths.vision = static_cast<int>(checkpoint.normalization[2].mean.size());
  checkpoint.widths.text = text_width(file, checkpoint.configuration, checkpoint.widths);
  checkpoint.normalization[0] = identity(checkpoint.widths.text);
  const bool bert = checkpoint.configuration.model.text_encoder == sweeps::TextEncoder::bert;
  checkpoint.model =
      make_empty_model(checkpoint.configuration, checkpoint.widths, bert ? file.metadata("bert_config") : "");
  fill(*checkpoint.model, file);
  return checkpoint;
}

}  // namespace missmodal::trainer
