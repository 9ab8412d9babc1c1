#pragma once
// What a source file of any layout is opened into: its texts, labels and word pieces read, its large arrays
// found and not yet read. One scan and one writer serve all layouts (import/).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sweeps/subset.h"
#include "trainer/data/source/mistake_list.h"
#include "trainer/data/source/open_options.h"
#include "trainer/data/source/sequence_column.h"

namespace missmodal::trainer {

struct WordPieces {
  std::vector<std::int32_t> lengths;  // (N), each at least 1
  std::vector<std::int32_t> tokens;   // without padding, one utterance after the other
  std::int64_t empty = 0;             // texts without a word piece: their length is 1 here
  bool in_front = false;              // the source pads some on the left
};

struct SourceSplit {
  std::string place;                                       // "mosi.pkl: train"
  std::vector<std::string> ids;                            // (N); none: there is no such split
  std::vector<std::string> transcripts;                    // (N), or none
  std::vector<float> labels;                               // (N), in [-3, 3], or none
  std::array<std::vector<float>, 3> unimodal_labels;       // by Modality, as labels
  std::array<std::optional<SequenceColumn>, 3> sequences;  // by Modality; text may be words alone
  std::optional<WordPieces> word_pieces;
  std::array<std::optional<std::vector<std::int64_t>>, 3> lengths;  // by Modality, (N), >= 0
  std::size_t size() const { return ids.size(); }
  const std::optional<SequenceColumn>& of(Modality modality) const {
    return sequences[static_cast<unsigned>(modality)];
  }
};

struct DatasetSource {
  SourceLayout layout = SourceLayout::mmsa;
  std::array<SourceSplit, 3> splits;  // by SplitName
  std::array<std::int32_t, 3> widths{};
  std::array<std::int32_t, 3> steps{};  // by Modality: the longest sequence, padding and all
};

// Labels of `place`, (N) numbers in [-3, 3]. InputError naming the utterance.
std::vector<float> checked_labels(const std::vector<double>& labels, const std::vector<std::string>& ids,
                                  const std::string& place);

// Sets widths and steps; a mistake wherever splits differ in them, in what they have, or have nothing.
void compare_splits(DatasetSource& source, MistakeList& mistakes);

}  // namespace missmodal::trainer
