#pragma once
// A trained model as one safetensors file: the parameters under the names of spec `docs/checkpoint.md`, the
// normalisation beside them, the resolved configuration as JSON in the metadata. It predicts by itself.

#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "sweeps/configuration.h"
#include "trainer/data/dataset.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

struct Checkpoint {
  sweeps::Configuration configuration;  // resolved
  std::string dataset_sha256;           // trained on
  Widths widths;
  std::array<Normalization, 3> normalization;  // by Modality; text: identity
  std::shared_ptr<Model> model;                // on the CPU
};

// Written whole or not at all. RunError on a full disk.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// InputError naming file and tensor: a missing tensor, an extra one, another shape, not a checkpoint of ours.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace missmodal::trainer
