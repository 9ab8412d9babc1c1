#include "sweeps/weight_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sweeps/error.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

const std::string kIndex =
    R"({"metadata": {"total_size": 9}, "weight_map": {"a": "m-2.safetensors", "b": "m-1.safetensors", )"
    R"("c": "m-2.safetensors"}})";

std::string refusal(const std::string& text) {
  try {
    parse_weight_index(text, "index");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class WeightFilesTest : public SweepText {};

TEST_F(WeightFilesTest, AreOneOrWhatTheIndexNames) {
  EXPECT_TRUE(weight_files(folder_).names.empty());
  write(kIndex, kWeightIndex);
  const WeightFiles several = weight_files(folder_);
  EXPECT_TRUE(several.indexed);
  EXPECT_EQ(several.names, (std::vector<std::string>{"m-1.safetensors", "m-2.safetensors"}));
  EXPECT_EQ(several.file_of.at("c"), "m-2.safetensors");
  write("", kWholeWeights);
  EXPECT_EQ(weight_files(folder_).names, (std::vector<std::string>{kWholeWeights}));
}

TEST(WeightIndex, NamesFilesOfItsOwnFolderAlone) {
  for (const char* name : {"../m.safetensors", "/m.safetensors", "a/m.safetensors", "..", "", "m.bin",
                           ".safetensors", "m\\u0000.safetensors"}) {
    EXPECT_NE(refusal("{\"weight_map\": {\"a\": \"" + std::string(name) + "\"}}")
                  .find("index: weight_map must name .safetensors files of its own folder, got "),
              std::string::npos)
        << name;
  }
  EXPECT_EQ(refusal(R"({"weight_map": {"a": 1}})"),
            "index: weight_map must name .safetensors files of its own folder, got 1");
}

TEST(WeightIndex, ThatIsNoneIsRefused) {
  EXPECT_EQ(refusal(""), "index: is not JSON");
  EXPECT_EQ(refusal("{\"weight_map\": {\"\xff\": \"m.safetensors\"}}"), "index: is not JSON");
  EXPECT_EQ(refusal("[]"), "index: has no weight_map from tensors to files");
  EXPECT_EQ(refusal(R"({"weight_map": []})"), "index: has no weight_map from tensors to files");
  EXPECT_EQ(refusal(R"({"weight_map": {}})"), "index: weight_map is empty");
  EXPECT_EQ(refusal(R"({"weight_map": {"a": "m.safetensors", "a": "n.safetensors"}})"),
            "index: has the key \"a\" twice");
  EXPECT_EQ(refusal(std::string(100000, '[')), "index: nests deeper than an index of weights does");
  EXPECT_EQ(refusal(std::string((std::size_t{1} << 24) + 1, ' ')),
            "index: is larger than 16 MiB, which no index of weights is");
  std::string many = R"({"weight_map": {)";
  for (int i = 0; i < 1001; ++i)
    many += (i > 0 ? ", \"" : "\"") + std::to_string(i) + "\": \"" + std::to_string(i) + ".safetensors\"";
  EXPECT_EQ(refusal(many + "}}"), "index: weight_map names more than 1000 files");
}

// Whatever the damage: refused with its place, or read, and then never a file of another folder.
TEST(WeightIndex, IsReadOrRefused) {
  int read = 0;
  for (std::size_t i = 0; i < kIndex.size(); ++i) {
    for (const unsigned mask : {0x01U, 0x08U, 0x11U, 0x80U, 0xFFU}) {
      std::string bytes = kIndex;
      bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ mask);
      if (mask == 0x11U) bytes.resize(i);
      try {
        for (const std::string& name : parse_weight_index(bytes, "index").names) {
          EXPECT_EQ(name.find('/'), std::string::npos);
        }
        ++read;
      } catch (const InputError& error) {
        EXPECT_EQ(error.mistakes().front().place, "index");
      }
    }
  }
  EXPECT_GT(read, 50);
}

}  // namespace
}  // namespace missmodal::sweeps
