#pragma once
// Whole numbers of many small tensors that reach the device in one copy: a batch's layouts and token ids are
// some thirty of them.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "trainer/torch.h"

namespace missmodal::trainer {

class IndexPack {
 public:
  enum class Content { numbers, flags };  // flags: 0 and 1 become bool

  // `to` becomes a tensor of these numbers, of `shape`, when send() is called; it must live until then.
  // Precondition: as many numbers as the shape has.
  void add(const std::vector<std::int64_t>& numbers, std::vector<std::int64_t> shape, torch::Tensor& to,
           Content content = Content::numbers);
  void add(const std::vector<std::int64_t>& numbers, torch::Tensor& to) {
    add(numbers, {static_cast<std::int64_t>(numbers.size())}, to);
  }

  // Copies everything to `device`, without waiting where it is a GPU.
  void send(torch::Device device);

 private:
  struct Part {
    std::int64_t first = 0;
    std::vector<std::int64_t> shape;
    torch::Tensor* to = nullptr;
    Content content = Content::numbers;
  };
  std::vector<std::int64_t> numbers_;
  std::vector<Part> parts_;
};

}  // namespace missmodal::trainer
