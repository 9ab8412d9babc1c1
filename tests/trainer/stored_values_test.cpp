#include "trainer/stored_values.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>

#include <string>
#include <vector>

#include "tests/trainer/data/scratch_folder.h"

namespace missmodal::trainer {
namespace {

class StoredValues : public ::testing::Test {
 protected:
  void write(const NamedTensors& values) const {
    const NamedTensors stored = storable(values);
    SafetensorsWriter writer(OutputFile(path_), declarations_of(stored), {});
    write_values(writer, stored);
    writer.finish();
  }
  std::vector<std::string> read(const NamedTensors& to) const {
    std::vector<std::string> reasons;
    const auto is_another = [](const std::string& name) { return name == "another"; };
    for (const Mistake& mistake : read_values(SafetensorsFile(path_), to, is_another))
      reasons.push_back(mistake.place.substr(path_.string().size()) + ": " + mistake.reason);
    return reasons;
  }

  missmodal::testing::ScratchFolder folder_;
  std::filesystem::path path_ = folder_ / "values.safetensors";
};

TEST_F(StoredValues, HoldBuffersToo) {
  torch::nn::BatchNorm1d saved(3);
  saved->forward(torch::rand({5, 3}) + 1);
  write(values_of(*saved));
  const torch::nn::BatchNorm1d loaded(3);
  EXPECT_EQ(read(values_of(*loaded)), std::vector<std::string>{});
  EXPECT_FALSE(torch::equal(loaded->running_mean, torch::zeros({3})));
  EXPECT_TRUE(torch::equal(loaded->running_mean, saved->running_mean));
  EXPECT_TRUE(torch::equal(loaded->running_var, saved->running_var));
  EXPECT_EQ(loaded->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST_F(StoredValues, AreRefusedByNameWhereTheyDoNotFit) {
  write({{"a", torch::zeros({2})},
         {"b", torch::zeros({2}, torch::kInt64)},
         {"extra", torch::zeros({1})},
         {"another", torch::zeros({1})}});
  EXPECT_EQ(read({{"a", torch::zeros({3})}, {"b", torch::zeros({2})}, {"c", torch::zeros({1})}}),
            (std::vector<std::string>{": a: shape must be (3), got (2)", ": b: must be F32, got I64",
                                      ": c: tensor is missing", ": extra: no such tensor in the model"}));
}

}  // namespace
}  // namespace missmodal::trainer
