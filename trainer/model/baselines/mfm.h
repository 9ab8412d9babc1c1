#pragma once
// MFM (Tsai et al. 2019, "Learning Factorized Multimodal Representations"): a code of each modality's own and
// one of all three (by MFN), each drawn towards N(0, I); the modalities are decoded from both, the label from
// the common one.

#include <array>
#include <cstdint>
#include <memory>

#include "trainer/model/baselines/aligned_rows.h"
#include "trainer/model/baselines/mfn.h"
#include "trainer/model/dropout.h"
#include "trainer/model/lstm.h"
#include "trainer/model/model.h"
#include "trainer/model/parameter_module.h"
#include "trainer/parallel/group.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Of codes and factors the first three are by Modality, the last is the common one.
inline constexpr std::size_t kMfmCodes = 4;
inline constexpr std::size_t kMfmCommon = 3;

struct MfmSizes {
  MfnSizes mfn;  // features are the encoders' too, which are as wide as their codes; `out` is not used
  std::array<std::int64_t, kMfmCodes> codes{};
  std::array<std::int64_t, kMfmCodes> factors{};
  std::array<double, kMfmCodes> code_dropout{};  // between a code and its factor
  double out_dropout = 0;                        // between the common factor and the label
};

struct MfmOutput {
  torch::Tensor state;                           // of the MFN encoder, (b, mfn.state())
  std::array<torch::Tensor, kMfmCodes> codes;    // (b, codes[i])
  std::array<torch::Tensor, 3> decoder_inputs;   // (b, common factor + factor of the modality)
  std::array<torch::Tensor, 3> reconstructions;  // (layout.rows(), features[i])
  torch::Tensor predictions;                     // (b)
};

// Names of the toolkit's, but that the common code is read off `mfn_encoder` without output layers.
// Dropout: that of MfnEncoder, then owner fusion, layers 16 to 20.
class Mfm : public ParameterModule {
 public:
  explicit Mfm(const MfmSizes& sizes);
  // In evaluation nothing is decoded.
  enum class Decode { no, yes };
  MfmOutput forward(const AlignedRows& aligned, const DropoutStream& dropout, Decode decode);

 private:
  struct Factor {
    LinearParameters first;
    LinearParameters second;
  };
  torch::Tensor factor(std::size_t which, const torch::Tensor& code, const DropoutStream& dropout) const;

  MfmSizes sizes_;
  std::array<std::shared_ptr<Lstm>, 3> encoders_;
  std::array<LinearParameters, kMfmCodes> to_code_;
  std::shared_ptr<MfnEncoder> mfn_;
  std::array<Factor, kMfmCodes> to_factor_;
  std::array<std::shared_ptr<LstmCell>, 3> decoders_;
  std::array<LinearParameters, 3> decoded_;
  std::array<LinearParameters, 2> out_;
};

struct MfmWeights {
  std::array<double, 3> reconstruction{};
  double discrepancy = 0;
};

// task: the mean absolute error; mse_*: of the reconstructions, over all entries; mmd_*: of the codes to
// `draws` of N(0, I), (global batch, codes[i]), the same on every member. Collective.
Losses mfm_losses(const MfmOutput& output, const AlignedRows& aligned, const Batch& batch,
                  const std::array<torch::Tensor, kMfmCodes>& draws, const MfmWeights& weights,
                  const Group& group);

// What mfm_losses() draws for one step, on the CPU.
std::array<torch::Tensor, kMfmCodes> mfm_draws(const MfmSizes& sizes, std::uint64_t seed, std::int64_t step,
                                               std::int64_t utterances);

// Maximum mean discrepancy (Gretton et al. 2012) of the codes (B, d) of the whole global batch to draws of
// N(0, I) (B, d): mean k(z, z') + mean k(n, n') - 2 mean k(z, n), k(x, y) = exp(-|x - y|^2 / d^2).
torch::Tensor discrepancy(const torch::Tensor& codes, const torch::Tensor& draws);

}  // namespace missmodal::trainer
