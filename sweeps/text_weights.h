#pragma once
// Which folders of pretrained text weights the trainings of a sweep read, and how much of each.

#include <string>
#include <vector>

#include "sweeps/configuration.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

struct TextWeights {
  std::string path;
  TextInit init = TextInit::pretrained;  // random: config.json alone is read
  bool operator==(const TextWeights&) const = default;
};

// Of every training that the sweep's stages could plan, whichever points win; by path, each folder once, with
// `pretrained` if any training reads its weights.
std::vector<TextWeights> text_weights(const Sweep& sweep);

// Of one training: nothing, or its folder.
std::vector<TextWeights> text_weights(const Configuration& configuration);

}  // namespace missmodal::sweeps
