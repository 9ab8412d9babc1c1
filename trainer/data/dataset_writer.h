#pragma once
// Writes a dataset's file, piece by piece, with the digest of its content.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sweeps/label_scale.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {

// Everything of a dataset that is text.
struct DatasetText {
  std::array<std::vector<std::string>, 3> ids;          // by SplitName
  std::array<std::vector<std::string>, 3> transcripts;  // by SplitName; none where a split has none
  std::string label;                                    // what the data really is
  bool synthetic = false;
  sweeps::LabelScale scale = sweeps::LabelScale::three;
  std::string report;  // JSON
};

// The numbers come in the order of dataset_tensors(), in pieces of any size. Nothing is left behind
// unless finish() returned. The same calls give the same bytes.
class DatasetWriter {
 public:
  DatasetWriter(OutputFile output, const DatasetLayout& layout, const DatasetText& text);

  // Precondition: of the tensor that is next, and not past its end. RunError on a full disk.
  void write(std::span<const float> numbers);
  void write(std::span<const std::int32_t> numbers);
  void finish();
  // With a report that is known only now: not longer than the one that held its place, spaces fill it up.
  void finish(std::string report);
  const std::string& content_sha256() const { return content_sha256_; }  // after finish()

 private:
  void put(DType dtype, const void* bytes, std::size_t size);

  std::vector<SafetensorsWriter::Declaration> tensors_;
  std::string ids_;
  std::size_t report_size_;
  sweeps::LabelScale scale_;
  SafetensorsWriter file_;
  ContentDigest digest_;
  std::size_t next_ = 0;        // the tensor being written
  std::size_t bytes_left_ = 0;  // of it
  std::string content_sha256_;
};

}  // namespace missmodal::trainer
