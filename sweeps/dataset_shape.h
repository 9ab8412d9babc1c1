#pragma once
// What of a dataset decides which models can be trained on it.

#include <array>
#include <string>

namespace missmodal::sweeps {

struct DatasetShape {
  std::string path;              // what mistakes call it
  std::array<int, 3> longest{};  // steps of the longest sequence in any split, by Modality
  bool word_vectors = true;      // false: its texts are word pieces alone
};

}  // namespace missmodal::sweeps
