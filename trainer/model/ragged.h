#pragma once
// Where the rows of B sequences lie: sequences stay ragged, their valid rows one after the other, so that
// padding can never change a result and costs nothing. Only what needs a rectangle (attention on a GPU) pads.

#include <cstdint>
#include <memory>
#include <vector>

#include "trainer/model/index_pack.h"
#include "trainer/model/time_major.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Which rows of each sequence a layer has to yield: a model's last layer is read at one row only.
enum class Rows { all, first, last };

// Made once a batch with every index tensor that a layer may ask for, then shared: a copy costs nothing, and
// nothing changes it. Any thread may use it.
class RaggedLayout {
 public:
  RaggedLayout() : RaggedLayout(std::vector<std::int64_t>()) {}
  // Each length >= 1. Implicit, as a batch put together by hand has its lengths.
  RaggedLayout(std::vector<std::int64_t> lengths, torch::Device device = torch::kCPU);
  // Its tensors come with what else is in the pack: until pack.send() they are undefined.
  RaggedLayout(std::vector<std::int64_t> lengths, IndexPack& pack);

  std::int64_t batch() const { return static_cast<std::int64_t>(places_->lengths.size()); }
  std::int64_t rows() const { return places_->offsets.back(); }
  std::int64_t longest() const { return places_->longest; }  // 0 for an empty batch
  const std::vector<std::int64_t>& lengths() const { return places_->lengths; }
  // (batch + 1): first row of each sequence
  const std::vector<std::int64_t>& offsets() const { return places_->offsets; }

  // Rows of sequence `sample` that `rows` means: [begin, end) within the sequence.
  std::int64_t begin(Rows rows, std::int64_t sample) const;
  std::int64_t end(Rows rows, std::int64_t sample) const;
  std::int64_t count(Rows rows) const { return rows == Rows::all ? this->rows() : batch(); }

  const torch::Tensor& steps() const {
    return places_->steps;
  }  // (rows) int64: place of each row in its sequence
  const TimeMajor& time_major(Direction direction) const {
    return direction == Direction::forward ? places_->forward : places_->backward;
  }
  torch::Tensor select(const torch::Tensor& x, Rows rows) const;  // (rows, width) -> (count(rows), width)
  torch::Tensor pad(const torch::Tensor& x) const;  // (rows, width) -> (batch, longest, width), zeros behind
  torch::Tensor unpad(const torch::Tensor& x) const;  // the way back
  const torch::Tensor& padding() const {
    return places_->padding;
  }  // (batch, longest) bool, true behind an end

 private:
  struct Places {
    std::vector<std::int64_t> lengths;
    std::vector<std::int64_t> offsets;
    std::int64_t longest = 0;
    torch::Tensor steps;
    torch::Tensor first;   // (batch): each sequence's first row
    torch::Tensor last;    // (batch)
    torch::Tensor padded;  // (rows): each row's place in (batch, longest)
    torch::Tensor padding;
    TimeMajor forward;
    TimeMajor backward;
  };
  static std::shared_ptr<Places> places(std::vector<std::int64_t> lengths, IndexPack& pack);
  static void add_time_major(const Places& places, Direction direction, TimeMajor& to, IndexPack& pack);

  std::shared_ptr<const Places> places_;
};

}  // namespace missmodal::trainer
