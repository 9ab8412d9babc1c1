#include "tests/trainer/model/baselines/golden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include "trainer/model/named_tensors.h"

namespace missmodal::trainer::testing {
namespace {

// Shapes may differ by axes of one.
std::vector<std::int64_t> without_ones(const torch::Tensor& x) {
  std::vector<std::int64_t> sizes = x.sizes().vec();
  std::erase(sizes, 1);
  return sizes;
}

void expect_near(const std::string& name, const torch::Tensor& found, const torch::Tensor& golden) {
  ASSERT_TRUE(found.defined()) << name;
  const torch::Tensor ours = found.detach().cpu().to(torch::kFloat32);
  ASSERT_EQ(without_ones(ours), without_ones(golden)) << name;
  const double largest = golden.numel() == 0 ? 0 : golden.abs().max().item<double>();
  const bool gradient = name.find("grad") == 0 || name.starts_with("input_grad.");
  const double bound = gradient ? 2e-5 * largest + 1e-7 : 1e-5 * std::max(1.0, largest);
  const double difference =
      golden.numel() == 0 ? 0 : (ours.reshape(golden.sizes()) - golden).abs().max().item<double>();
  EXPECT_LE(difference, bound) << name;
}

}  // namespace

Golden::Golden(const std::string& model, ParameterNames names)
    : file_(std::filesystem::path(MISSMODAL_BASELINES_GOLDEN_DIR) / (model + ".safetensors")),
      names_(std::move(names)) {}

torch::Tensor Golden::tensor(const std::string& name) {
  seen_.insert(name);
  const TensorView& view = file_.tensor(name);
  const bool whole = view.dtype == DType::I64;
  torch::Tensor tensor = torch::empty(view.shape, whole ? torch::kInt64 : torch::kFloat32);
  EXPECT_EQ(view.bytes.size(), static_cast<std::size_t>(tensor.nbytes())) << name;
  std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
  return tensor.to(torch::kFloat32);
}

std::vector<std::int64_t> Golden::whole(const std::string& name) {
  const torch::Tensor numbers = tensor(name).to(torch::kInt64).reshape({-1});
  return {numbers.data_ptr<std::int64_t>(), numbers.data_ptr<std::int64_t>() + numbers.numel()};
}

std::string Golden::ours(const std::string& theirs) const {
  for (const auto& [start, instead] : names_) {
    if (theirs.starts_with(start)) return instead + theirs.substr(start.size());
  }
  return theirs;
}

std::vector<std::pair<std::string, std::string>> Golden::below(const std::string& start) const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [name, view] : file_.tensors()) {
    if (name.starts_with(start) && !is_explained(name))
      found.emplace_back(ours(name.substr(start.size())), name);
  }
  return found;
}

void Golden::load(const torch::nn::Module& module) {
  load_into(module, {""});
}

void Golden::load_into(const torch::nn::Module& module, const std::vector<std::string>& starts) {
  const torch::NoGradGuard no_grad;
  std::map<std::string, torch::Tensor> values;
  for (const auto& [name, value] : values_of(module)) values[name] = value;
  for (const auto& [name, theirs] : below("param.")) {
    ASSERT_TRUE(values.contains(name)) << theirs << " is none of ours: " << name;
    const torch::Tensor golden = tensor(theirs);
    ASSERT_EQ(without_ones(values[name]), without_ones(golden)) << theirs;
    values[name].copy_(golden.reshape(values[name].sizes()));
    values.erase(name);
  }
  for (auto& [name, value] : values) {
    const bool wanted = std::any_of(starts.begin(), starts.end(),
                                    [&](const std::string& start) { return name.starts_with(start); });
    EXPECT_FALSE(wanted) << name << " is not in the file";
    value.zero_();
  }
}

void Golden::expect(const std::string& name, const torch::Tensor& found) {
  expect_near(name, found, tensor(name));
}

void Golden::expect_gradients(const torch::nn::Module& module, const std::string& start) {
  std::map<std::string, torch::Tensor> gradients;
  for (const auto& item : module.named_parameters()) gradients[item.key()] = item.value().grad();
  for (const auto& [name, theirs] : below(start)) {
    ASSERT_TRUE(gradients.contains(name)) << theirs << " is none of ours: " << name;
    expect(theirs, gradients[name]);
    gradients.erase(name);
  }
  for (const auto& [name, gradient] : gradients) {
    EXPECT_TRUE(!gradient.defined() || gradient.count_nonzero().item<std::int64_t>() == 0)
        << name << " has a gradient here alone";
  }
}

void Golden::expect_buffers(const torch::nn::Module& module) {
  const auto buffers = module.named_buffers();
  for (const auto& [name, theirs] : below("buffer_after.")) {
    const torch::Tensor* buffer = buffers.find(name);
    ASSERT_NE(buffer, nullptr) << theirs << " is none of ours: " << name;
    expect(theirs, *buffer);
  }
}

void Golden::explain(const std::string& start_or_end, const std::string& why) {
  EXPECT_FALSE(why.empty());
  explained_.push_back(start_or_end);
}

bool Golden::is_explained(const std::string& name) const {
  return std::any_of(explained_.begin(), explained_.end(), [&](const std::string& explained) {
    return name.starts_with(explained) || name.ends_with(explained);
  });
}

void Golden::expect_nothing_left() const {
  for (const auto& [name, view] : file_.tensors())
    EXPECT_TRUE(seen_.contains(name) || is_explained(name)) << name << " was not compared";
}

RaggedBatch all_steps(const torch::Tensor& padded) {
  return own_steps(padded,
                   std::vector<std::int64_t>(static_cast<std::size_t>(padded.size(0)), padded.size(1)));
}

RaggedBatch own_steps(const torch::Tensor& padded, const std::vector<std::int64_t>& lengths) {
  std::vector<torch::Tensor> rows;
  for (std::size_t i = 0; i < lengths.size(); ++i)
    rows.push_back(padded[static_cast<std::int64_t>(i)].slice(0, 0, lengths[i]));
  return {torch::cat(rows), RaggedLayout(lengths)};
}

Batch whole_batch(const RaggedBatch& text, const RaggedBatch& audio, const RaggedBatch& vision,
                  const torch::Tensor& labels) {
  Batch batch;
  batch.sequences = {text, audio, vision};
  batch.labels = labels;
  batch.utterances = torch::arange(labels.size(0));
  batch.global_size = labels.size(0);
  return batch;
}

}  // namespace missmodal::trainer::testing
