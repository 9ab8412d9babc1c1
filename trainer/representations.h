#pragma once
// The representations F of a few utterances, which tell how a model sees them: what Figure 7 is drawn from.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sweeps/trial_result.h"
#include "trainer/prediction.h"

namespace missmodal::trainer {

// Seven representations of each are 1,995 points, as many as a t-SNE takes.
inline constexpr std::size_t kMostRepresented = 285;
// Of all numbers of one moment: a message has room for two. Reached by representations over 2,102 wide only.
inline constexpr std::size_t kMostRepresentationBytes = std::size_t{1} << 24;

// Which of a split's utterances are represented, spread evenly over it: all where they are no more than the
// limits above let be, whatever the model was trained with.
std::vector<std::size_t> represented(std::size_t utterances, std::int64_t width);

// Of represented() of the split. Nothing if interrupted. Puts the model into evaluation mode. Collective.
// Precondition: the model has representations.
std::optional<sweeps::Representations> represent(Model& model, const Split& split, const Collator& collator,
                                                 sweeps::Moment moment, const PassOptions& options = {});

}  // namespace missmodal::trainer
