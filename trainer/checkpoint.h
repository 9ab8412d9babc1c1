#pragma once
// A trained model as one safetensors file: parameters and buffers under the names of docs/checkpoint.md, the
// normalisation beside them, the resolved configuration as JSON in the metadata. It predicts by itself.

#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "sweeps/configuration.h"
#include "sweeps/output_file.h"
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

// Writes all of it, reads it back as load_checkpoint() will, and only then commits `output`. RunError on a
// full disk, or for a checkpoint that could not be read back.
void save_checkpoint(OutputFile output, const Checkpoint& checkpoint);

// InputError naming file and tensor: a missing tensor, an extra one, another shape, not a checkpoint of ours.
// Checkpoints of earlier semantics are read where the network is the same (sweeps::ReadSemantics).
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace missmodal::trainer
