#pragma once
// Turns utterances of a split into a Batch: frames gathered from the mapped file, normalised, on the device.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/data/dataset.h"
#include "trainer/model/model.h"

namespace missmodal::trainer {

// What a model reads of a text. Word vectors are wide, so they are not gathered for one that has no use for
// them: their rows are then none.
enum class TextInput { everything, word_pieces };

// What torch.utils.data calls collate_fn, fixed for a trial: the train split's normalisation, the device and
// the floating type. Does not keep the dataset alive.
class Collator {
 public:
  Collator(std::array<Normalization, 3> normalization, torch::TensorOptions options,
           TextInput text = TextInput::everything);

  // The utterances `indices` of `split`, in that order. Where the device is a GPU the numbers are still on
  // their way to it, behind what its stream already has to do.
  Batch collate(const Split& split, std::span<const std::size_t> indices) const;
  // Of the global batch `indices` one member's share, which may be empty.
  Batch collate(const Split& split, std::span<const std::size_t> indices, Shares shares, int place) const;
  // Pieces that take about as long: as many frames of all modalities, or as many word pieces where the model
  // reads those, beside which nothing counts.
  Shares shares(const Split& split, std::span<const std::size_t> indices, int members) const;

  const std::array<Normalization, 3>& normalization() const { return normalization_; }

 private:
  torch::Tensor gather(const Split& split, Modality modality, std::span<const std::size_t> indices) const;
  torch::Tensor sent(const torch::Tensor& floats) const;

  std::array<Normalization, 3> normalization_;
  torch::Device device_;
  torch::ScalarType type_;
  TextInput text_;
};

// What a configuration asks for; text is never normalised.
std::array<Normalization, 3> normalization_of(const Dataset& dataset, sweeps::Normalize normalize);

Widths widths_of(const Dataset& dataset);

}  // namespace missmodal::trainer
