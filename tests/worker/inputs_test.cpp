#include "worker/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "sweeps/error.h"
#include "tests/worker/tiny_inputs.h"
#include "worker/worker_fault.h"

namespace missmodal::worker {
namespace {

namespace fs = std::filesystem;
using missmodal::testing::read_bytes;

// The message of the fault that `action` meets; "" for none, and for trouble that is not the worker's.
template <typename Action>
std::string fault(Action action) {
  try {
    action();
  } catch (const WorkerFault& error) {
    return error.what();
  } catch (const RunError&) {
    return "";
  }
  return "";
}

class InputsTest : public ::testing::Test {
 protected:
  InputsTest() {
    testing::write_tiny_dataset(data_);
    testing::write_tiny_encoder(bert_);
    data_sha256_ = trainer::Dataset::open(data_)->content_sha256();
    bert_sha256_ = sweeps::content_sha256(bert_);
  }

  auto dataset() { return inputs_.dataset(data_, data_sha256_); }
  void weights() { inputs_.check_weights(bert_, bert_sha256_); }

  missmodal::testing::ScratchFolder folder_;
  fs::path data_ = folder_ / "data.safetensors";
  fs::path other_ = folder_ / "other.safetensors";
  fs::path bert_ = folder_ / "bert";
  std::string data_sha256_;
  std::string bert_sha256_;
  Inputs inputs_;
};

TEST_F(InputsTest, ADatasetStaysOpenWhileItsFileStays) {
  const auto first = dataset();
  EXPECT_EQ(dataset(), first);
  EXPECT_NO_THROW(inputs_.confirm_dataset());
}

TEST_F(InputsTest, AnotherDatasetInItsPlaceIsNoticed) {
  dataset();
  testing::write_tiny_dataset(other_, 2);
  const std::string other = trainer::Dataset::open(other_)->content_sha256();
  fs::rename(other_, data_);
  EXPECT_NO_THROW(inputs_.confirm_dataset());  // what is mapped is still the file that was checked
  const std::string what = fault([&] { dataset(); });
  EXPECT_NE(what.find(data_.string()), std::string::npos) << what;
  EXPECT_NE(what.find(other.substr(0, 12)), std::string::npos) << what;
  EXPECT_NE(what.find(data_sha256_.substr(0, 12)), std::string::npos) << what;
}

TEST_F(InputsTest, TheSameDatasetCopiedAgainIsOpenedAgain) {
  const auto first = dataset();
  fs::copy_file(data_, other_);
  fs::rename(other_, data_);
  EXPECT_NE(dataset(), first);
}

TEST_F(InputsTest, AMissingDatasetIsTheWorkers) {
  dataset();
  fs::remove(data_);
  EXPECT_NE(fault([&] { dataset(); }).find("no such file"), std::string::npos);
  fs::create_directory(data_);
  EXPECT_NE(fault([&] { dataset(); }), "");
}

TEST_F(InputsTest, ADatasetThatDoesNotHoldWhatItSaysIsTheWorkers) {
  std::string bytes = read_bytes(data_);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  folder_.write("data.safetensors", bytes);
  EXPECT_NE(fault([&] { dataset(); }).find("damaged"), std::string::npos);
}

TEST_F(InputsTest, ADatasetWrittenToDuringATrialIsNotConfirmed) {
  dataset();
  testing::make_newer(data_);
  EXPECT_THROW(inputs_.confirm_dataset(), RunError);
  EXPECT_EQ(fault([&] { inputs_.confirm_dataset(); }), "");  // it holds the right thing again
  EXPECT_NO_THROW(dataset());

  testing::write_tiny_dataset(other_, 2);
  folder_.write("data.safetensors", read_bytes(other_));
  testing::make_newer(data_);
  EXPECT_NE(fault([&] { inputs_.confirm_dataset(); }), "");
}

TEST_F(InputsTest, OtherWeightsInTheirPlaceAreNoticed) {
  weights();
  testing::write_tiny_encoder(bert_, 2);
  const std::string what = fault([&] { weights(); });
  EXPECT_NE(what.find(bert_.string()), std::string::npos) << what;
  EXPECT_NE(what.find(bert_sha256_.substr(0, 12)), std::string::npos) << what;
}

TEST_F(InputsTest, WeightsThatAppearAreNoticed) {
  weights();
  folder_.write("bert/model.safetensors", "something");
  EXPECT_NE(fault([&] { weights(); }), "");
}

TEST_F(InputsTest, OneOfSeveralFilesOfWeightsIsNoticed) {
  folder_.write("bert/model.safetensors.index.json",
                R"({"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}})");
  folder_.write("bert/1.safetensors", "something");
  folder_.write("bert/2.safetensors", "more");
  const std::string several = sweeps::content_sha256(bert_);
  const auto check = [&] { inputs_.check_weights(bert_, several); };
  EXPECT_NO_THROW(check());
  EXPECT_NO_THROW(check());
  folder_.write("bert/2.safetensors", "else");
  EXPECT_NE(fault(check).find(several.substr(0, 12)), std::string::npos);
  fs::remove(bert_ / "2.safetensors");
  EXPECT_NE(fault(check).find("2.safetensors: no such file"), std::string::npos);
}

TEST_F(InputsTest, MissingWeightsAreTheWorkers) {
  weights();
  fs::remove(bert_ / "config.json");
  EXPECT_NE(fault([&] { weights(); }), "");
  fs::remove_all(bert_);
  EXPECT_NE(fault([&] { weights(); }), "");
}

TEST_F(InputsTest, WeightsReplacedWhileTheyWereReadAreNotConfirmed) {
  weights();
  EXPECT_NO_THROW(inputs_.confirm_weights());
  testing::write_tiny_encoder(bert_, 2);
  EXPECT_NE(fault([&] { inputs_.confirm_weights(); }), "");

  // There and back again: what was read in between, nobody knows.
  testing::write_tiny_encoder(bert_);
  weights();
  testing::make_newer(bert_ / "config.json");
  EXPECT_THROW(inputs_.confirm_weights(), RunError);
  EXPECT_NO_THROW(inputs_.confirm_weights());
}

TEST_F(InputsTest, ATrialWithoutWeightsAsksForNone) {
  weights();
  fs::remove_all(bert_);
  EXPECT_NO_THROW(inputs_.check_weights("", ""));
  EXPECT_NO_THROW(inputs_.confirm_weights());
}

}  // namespace
}  // namespace missmodal::worker
