#pragma once
// The tensors of a dataset's file, in the order in which their bytes lie, and the digest over them
// (docs/data.md).

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/label_scale.h"
#include "sweeps/sha256.h"
#include "sweeps/trial_result.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {

inline constexpr std::string_view kDatasetFormatVersion = "2";
inline constexpr std::string_view kFirstFormatVersion = "1";  // of files that have everything
inline constexpr std::array<sweeps::SplitName, 3> kSplits{sweeps::SplitName::train, sweeps::SplitName::valid,
                                                          sweeps::SplitName::test};

struct SplitSize {
  std::int64_t utterances = 0;           // 0: there is no such split
  std::array<std::int64_t, 3> frames{};  // of all utterances together, by Modality
  bool labels = true;
  std::array<bool, 3> unimodal_labels{};  // by Modality
};

struct DatasetLayout {
  std::array<SplitSize, 3> splits;  // by SplitName
  std::array<int, 3> widths{};      // by Modality
  bool word_pieces = true;
};

// Per split that there is: text, tokens, audio, vision, text_lengths, audio_lengths, vision_lengths, labels,
// text_labels, audio_labels, vision_labels; without what it does not have.
std::vector<SafetensorsWriter::Declaration> dataset_tensors(const DatasetLayout& layout);

// content_sha256: for every tensor in that order the line "<name> <dtype> <size,size>\n" and its bytes, then
// the text of `ids` as the metadata holds it; of another scale than 3, then "\nscale <scale>\n". Two files
// with the same one train the same.
class ContentDigest {
 public:
  void tensor(const std::string& name, DType dtype, const std::vector<std::int64_t>& shape);
  void bytes(const void* bytes, std::size_t size) { digest_.update(bytes, size); }
  std::string finish(std::string_view ids, sweeps::LabelScale scale);  // hex

 private:
  Sha256 digest_;
};

}  // namespace missmodal::trainer
