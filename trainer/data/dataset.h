#pragma once
// A dataset as the trainer sees it: one memory-mapped safetensors file (docs/data.md), sequences without
// padding, one utterance after the other. No LibTorch here.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sweeps/label_scale.h"
#include "sweeps/subset.h"
#include "sweeps/trial_result.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {

// N sequences: utterance i is the rows offsets[i] .. offsets[i + 1] of `frames` (row-major, `width` numbers a
// row).
struct Sequences {
  int width = 0;
  std::span<const float> frames;          // (offsets.back(), width)
  std::span<const std::int32_t> lengths;  // (N), each >= 1
  std::vector<std::int64_t> offsets;      // (N + 1)
};

struct Split {
  std::vector<std::string> ids;                           // (N)
  std::vector<std::string> transcripts;                   // (N), or none
  std::span<const float> labels;                          // (N), within the dataset's scale, or none
  std::array<std::span<const float>, 3> unimodal_labels;  // by Modality, as labels
  std::array<Sequences, 3> sequences;  // by Modality; text holds the precomputed word vectors
  std::span<const std::int32_t>
      tokens;  // word pieces, cut like text: offsets are sequences[text].offsets; or none
  std::size_t size() const { return ids.size(); }  // 0: the dataset has no such split
  float label(std::size_t utterance) const;        // NaN where there are none
  const Sequences& of(Modality modality) const { return sequences[static_cast<unsigned>(modality)]; }
};

class Dataset {
 public:
  // Throws InputError naming file and tensor. At least one split is there; one without an utterance is an
  // error.
  static std::shared_ptr<const Dataset> open(const std::filesystem::path& path);

  const Split& split(sweeps::SplitName split) const { return splits_[static_cast<unsigned>(split)]; }
  bool has(sweeps::SplitName name) const { return split(name).size() > 0; }
  bool has_word_pieces() const { return word_pieces_; }  // in every split that there is
  int width(Modality modality) const { return widths_[static_cast<unsigned>(modality)]; }
  sweeps::LabelScale scale() const { return scale_; }
  const std::string& content_sha256() const { return content_sha256_; }
  const std::string& label() const { return label_; }
  std::string title() const;  // what tables call it: its label, else the file's name
  bool synthetic() const { return synthetic_; }
  const std::string& report() const { return report_; }  // JSON, as the import wrote it

  // SHA-256 over tensors and ids as stored now; equals content_sha256() unless the file was damaged.
  std::string computed_sha256() const;

 private:
  explicit Dataset(SafetensorsFile file) : file_(std::move(file)) {}
  DatasetLayout layout() const;
  SafetensorsFile file_;
  std::array<Split, 3> splits_;
  std::array<int, 3> widths_{};
  bool word_pieces_ = true;
  sweeps::LabelScale scale_ = sweeps::LabelScale::three;
  std::string content_sha256_;
  std::string label_;
  std::string report_;
  bool synthetic_ = false;
};

// evaluation.md and data.md: (x - mean) / std over the train split's frames, in double precision, population
// standard deviation; below 1e-6 a feature is only centred (std = 1).
struct Normalization {
  std::vector<float> mean;  // (width)
  std::vector<float> std;   // (width)
};
Normalization zscore(const Sequences& train);
Normalization identity(int width);

}  // namespace missmodal::trainer
