#include "sweeps/content_hash.h"

#include <gtest/gtest.h>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

class ContentHash : public SweepText {};

TEST_F(ContentHash, IsTheGoldenHashOfTheTwoFiles) {
  write("{}", "config.json");
  EXPECT_EQ(content_sha256(folder_), "555dc36908b373a3f3e1385198743caa43cec99dc8fc7fa119d66a679b1ae929");
  write("abc", "model.safetensors");
  EXPECT_EQ(content_sha256(folder_), "aa9f5d49326eb19367fbe4ade751e4ed1c66b57d6e456bc0f92107f7dce5bdd7");
  write("a vocabulary", "vocab.txt");
  EXPECT_EQ(content_sha256(folder_), "aa9f5d49326eb19367fbe4ade751e4ed1c66b57d6e456bc0f92107f7dce5bdd7");
}

// In Python: sha256(b"".join(f"{name}\0{len(text)}\0".encode() + text for name, text in files)).
TEST_F(ContentHash, IsOverAllFilesThatAnIndexNames) {
  write("{}", "config.json");
  write(R"({"weight_map": {"b": "1.safetensors", "a": "2.safetensors"}})", "model.safetensors.index.json");
  write("abc", "2.safetensors");
  EXPECT_THROW(content_sha256(folder_), InputError);
  write("de", "1.safetensors");
  write("no part of it", "3.safetensors");
  EXPECT_EQ(content_files(folder_), (std::vector<std::string>{"config.json", "model.safetensors.index.json",
                                                              "1.safetensors", "2.safetensors"}));
  EXPECT_EQ(content_sha256(folder_), "529f24ed9f27cedfd79b4e691c7b61f8e95268efc5e8560d580353b64774b829");
  write("df", "1.safetensors");
  EXPECT_NE(content_sha256(folder_), "529f24ed9f27cedfd79b4e691c7b61f8e95268efc5e8560d580353b64774b829");
  write("abc", "model.safetensors");  // comes first, as in transformers
  EXPECT_EQ(content_sha256(folder_), "aa9f5d49326eb19367fbe4ade751e4ed1c66b57d6e456bc0f92107f7dce5bdd7");
}

TEST_F(ContentHash, ReadsFilesLargerThanOnePiece) {
  write("{}", "config.json");
  write(std::string((std::size_t{1} << 20) + 5, 'x'), "model.safetensors");
  const std::string whole = content_sha256(folder_);
  write(std::string((std::size_t{1} << 20) + 4, 'x') + "y", "model.safetensors");
  EXPECT_NE(content_sha256(folder_), whole);
}

TEST_F(ContentHash, RefusesAMissingFolderAndAFolderWithoutConfig) {
  EXPECT_THROW(content_sha256(folder_ / "absent"), InputError);
  EXPECT_THROW(content_sha256(folder_), InputError);
  EXPECT_THROW(content_sha256(write("{}", "config.json")), InputError);
}

}  // namespace
}  // namespace missmodal::sweeps
