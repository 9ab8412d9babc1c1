#pragma once
// Sizes of MFN and of what is built on it, from the keys that these models name alike.

#include <array>
#include <cstdint>
#include <string>

#include "sweeps/configuration.h"
#include "trainer/model/baselines/hidden_layer.h"
#include "trainer/model/baselines/mfn.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

// Of the keys <name>_hidden and <name>_dropout.
HiddenLayer hidden_layer(const sweeps::ModelConfiguration& model, const std::string& name);
// Of text_hidden, audio_hidden and vision_hidden, by Modality.
std::array<std::int64_t, 3> lstm_widths(const sweeps::ModelConfiguration& model);
// Of those, memory, attention, proposal, gate1 and gate2. `out` is left as it is.
MfnSizes mfn_sizes(const sweeps::ModelConfiguration& model, const Widths& widths);

}  // namespace missmodal::trainer
