#pragma once
// What a source file of any layout is opened into: its texts, labels and word pieces read, its large arrays
// found and not yet read. One scan and one writer serve all layouts (dataset_import.h).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trainer/data/source/sequence_column.h"

namespace missmodal::trainer {

struct WordPieces {
  std::vector<std::int32_t> lengths;  // (N), each at least 1
  std::vector<std::int32_t> tokens;   // without padding, one utterance after the other
  std::int64_t empty = 0;             // texts without a word piece: their length is 1 here
};

struct SourceSplit {
  std::string place;                      // "mosi.pkl: train"
  std::vector<std::string> ids;           // (N)
  std::vector<std::string> transcripts;   // (N)
  std::vector<float> labels;              // (N), in [-3, 3]
  std::vector<SequenceColumn> sequences;  // by Modality
  WordPieces word_pieces;
  std::array<std::optional<std::vector<std::int64_t>>, 3>
      lengths;  // by Modality, (N), >= 0; text: never there
  std::size_t size() const { return ids.size(); }
};

struct DatasetSource {
  std::vector<SourceSplit> splits;      // by SplitName
  std::array<std::int32_t, 3> steps{};  // by Modality
  std::array<std::int32_t, 3> widths{};
};

}  // namespace missmodal::trainer
