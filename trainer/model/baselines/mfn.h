#pragma once
// MFN (Zadeh et al. 2018, "Memory Fusion Network for Multi-view Sequential Learning"): an LSTM a modality, an
// attention over their cells before and after every step, a gated memory of what it sees. What no step needs
// of the memory (LSTMs, attention) is computed of all steps at once.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/aligned_rows.h"
#include "trainer/model/baselines/gated_memory.h"
#include "trainer/model/baselines/lstm_cell.h"
#include "trainer/model/dropout.h"
#include "trainer/model/parameter_module.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

struct MfnSizes {
  std::array<std::int64_t, 3> features{};  // by Modality
  std::array<std::int64_t, 3> hidden{};
  std::int64_t memory = 0;
  HiddenLayer attention;  // NN1 of the toolkit
  HiddenLayer proposal;   // NN2
  std::array<HiddenLayer, 2> gates;
  HiddenLayer out;

  std::int64_t cells() const { return hidden[0] + hidden[1] + hidden[2]; }
  std::int64_t state() const { return cells() + memory; }
};

// All but the output's layers; MFM reads it too. Parameters: lstm_l.*, lstm_a.*, lstm_v.*, att1_fc1.*, ...,
// memory.*. Dropout: owner fusion, layers 0 to 3.
class MfnEncoder : public ParameterModule {
 public:
  explicit MfnEncoder(const MfnSizes& sizes);
  // (batch, sizes.state()): text's, audio's and vision's last hidden state and the memory, each utterance's
  // at its own end.
  torch::Tensor last(const AlignedRows& aligned, const DropoutStream& dropout);

 private:
  MfnSizes sizes_;
  std::array<std::shared_ptr<LstmCell>, 3> lstms_;
  std::array<LinearParameters, 2> attention_;
  std::array<LinearParameters, 2> proposal_;
  std::shared_ptr<GatedMemory> memory_;
};

struct MfnOutput {
  torch::Tensor state;        // (b, sizes.state())
  torch::Tensor predictions;  // (b)
};

// Parameters: encoder.*, out_fc1.*, out_fc2.*. Dropout: owner fusion, layers 0 to 4.
class Mfn : public ParameterModule {
 public:
  explicit Mfn(const MfnSizes& sizes);
  MfnOutput forward(const AlignedRows& aligned, const DropoutStream& dropout);

 private:
  MfnSizes sizes_;
  std::shared_ptr<MfnEncoder> encoder_;
  std::array<LinearParameters, 2> out_;
};

}  // namespace missmodal::trainer
