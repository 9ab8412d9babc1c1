#pragma once
// One of golden/*.safetensors: what the field's toolkit (MMSA, MIT, commit a94e65d; numbers only) computes
// for a tiny model of random numbers. input.*, param.* and buffer_after.*, output.*, loss.* and grad.* of one
// training pass without dropout, eval.* of the untouched parameters.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trainer/data/safetensors/safetensors.h"
#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer::testing {

// From how the toolkit's parameters begin to how ours do; of several the first that fits holds.
using ParameterNames = std::vector<std::pair<std::string, std::string>>;

// Every tensor of the file has to be read, compared or explained: expect_nothing_left() lists what was not.
class Golden {
 public:
  // `model`: the file's name without its ending.
  Golden(const std::string& model, ParameterNames names);

  // As float32, noted as read.
  torch::Tensor tensor(const std::string& name);
  std::vector<std::int64_t> whole(const std::string& name);  // of one dimension; a number alone is one

  // Fills the module's parameters and buffers from param.*; what either side lacks is a failure.
  void load(const torch::nn::Module& module);
  // The same of those parts alone whose names begin so; the rest is zero then.
  void load_into(const torch::nn::Module& module, const std::vector<std::string>& starts);

  // Within 1e-5 of max(1, largest golden number); of grad.* and input_grad.*, 2e-5 of the largest + 1e-7.
  void expect(const std::string& name, const torch::Tensor& found);
  // grad.* (or another start) of all the module's parameters; where there is none in the file, there must be
  // no gradient here, or nothing but zeros.
  void expect_gradients(const torch::nn::Module& module, const std::string& start = "grad.");
  // buffer_after.* of all the module's buffers.
  void expect_buffers(const torch::nn::Module& module);

  // No tensor whose name begins or ends so needs to be looked at.
  void explain(const std::string& start_or_end, const std::string& why);
  void expect_nothing_left() const;

 private:
  bool has(const std::string& name) const { return file_.tensors().contains(name); }
  std::string ours(const std::string& theirs) const;
  // By our name, all tensors whose name begins so.
  std::vector<std::pair<std::string, std::string>> below(const std::string& start) const;
  bool is_explained(const std::string& name) const;

  SafetensorsFile file_;
  ParameterNames names_;
  std::vector<std::string> explained_;
  std::set<std::string> seen_;
};

// (b, steps, width) as a batch's sequences, every step of them a frame, padding too.
RaggedBatch all_steps(const torch::Tensor& padded);
// The same with each sequence's own frames only.
RaggedBatch own_steps(const torch::Tensor& padded, const std::vector<std::int64_t>& lengths);
// Of three modalities and labels, alone and whole.
Batch whole_batch(const RaggedBatch& text, const RaggedBatch& audio, const RaggedBatch& vision,
                  const torch::Tensor& labels);

}  // namespace missmodal::trainer::testing
