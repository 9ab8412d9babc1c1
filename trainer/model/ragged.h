#pragma once
// Where the rows of B sequences lie: sequences stay ragged, their valid rows one after the other, so that
// padding can never change a result and costs nothing. Only what needs a rectangle (attention on a GPU) pads.

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace missmodal::trainer {

// Which rows of each sequence a layer has to yield: a model's last layer is read at one row only.
enum class Rows { all, first, last };

class RaggedLayout {
 public:
  // Precondition: not empty, each length >= 1.
  RaggedLayout(std::vector<std::int64_t> lengths, torch::Device device);

  std::int64_t batch() const { return static_cast<std::int64_t>(lengths_.size()); }
  std::int64_t rows() const { return offsets_.back(); }
  std::int64_t longest() const { return longest_; }
  const std::vector<std::int64_t>& lengths() const { return lengths_; }
  const std::vector<std::int64_t>& offsets() const {
    return offsets_;
  }  // (batch + 1): first row of each sequence
  torch::Device device() const { return device_; }

  // Rows of sequence `sample` that `rows` means: [begin, end) within the sequence.
  std::int64_t begin(Rows rows, std::int64_t sample) const;
  std::int64_t end(Rows rows, std::int64_t sample) const;
  std::int64_t count(Rows rows) const { return rows == Rows::all ? this->rows() : batch(); }

  torch::Tensor steps() const;  // (rows) int64: place of each row within its sequence
  torch::Tensor select(const torch::Tensor& x, Rows rows) const;  // (rows, width) -> (count(rows), width)
  torch::Tensor pad(const torch::Tensor& x) const;  // (rows, width) -> (batch, longest, width), zeros behind
  torch::Tensor unpad(const torch::Tensor& x) const;  // the way back
  torch::Tensor padding() const;                      // (batch, longest) bool, true behind a sequence's end

 private:
  torch::Tensor indices(std::vector<std::int64_t> values) const;
  torch::Tensor padded_places() const;

  std::vector<std::int64_t> lengths_;
  std::vector<std::int64_t> offsets_;
  std::int64_t longest_ = 0;
  torch::Device device_;
};

}  // namespace missmodal::trainer
