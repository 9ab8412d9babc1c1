#pragma once
// An MMSA pickle (aligned_50.pkl, unaligned_50.pkl) found to have the keys and shapes that the format
// promises; its large arrays not yet read.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trainer/data/pickle/ndarray.h"
#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

struct MmsaSplit {
  std::string place;                     // "mosi.pkl: train"
  std::vector<std::string> ids;          // (N)
  std::vector<std::string> transcripts;  // (N)
  std::vector<float> labels;             // (N), in [-3, 3]
  std::vector<NdArray> sequences;        // by Modality, each (N, steps, width)
  std::vector<NdArray> text_bert;        // one: (N, 3, steps of text)
  std::array<std::optional<std::vector<std::int64_t>>, 3>
      lengths;  // by Modality, (N), >= 0; text: never there
  std::size_t size() const { return ids.size(); }
};

struct MmsaSource {
  std::vector<MmsaSplit> splits;        // by SplitName
  std::array<std::int32_t, 3> steps{};  // by Modality
  std::array<std::int32_t, 3> widths{};
};

// Throws InputError naming split and key: missing, of another kind or shape, a split without an utterance, a
// label outside [-3, 3], splits that differ in steps or width. `file` must outlive what is returned.
MmsaSource open_mmsa(SourceFile& file, const PickleTree& tree);

}  // namespace missmodal::trainer
