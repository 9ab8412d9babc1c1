#pragma once
// One walk through a network: in training, with dropout and the statistics of the global batch, or not.

#include <cstdint>

#include "trainer/model/dropout.h"
#include "trainer/model/model.h"
#include "trainer/parallel/group.h"

namespace missmodal::trainer {

struct Walk {
  bool training = false;
  DropoutStream dropout;        // off, unless training
  std::int64_t utterances = 0;  // of the global batch; of the batch itself, unless training
  Group group;                  // alone, unless training
};

inline Walk training_walk(const Batch& batch, const Context& context) {
  return {true,
          {{context.seed, context.step, batch.first_sample}, batch.labels.device()},
          batch.global_size,
          context.group};
}

}  // namespace missmodal::trainer
