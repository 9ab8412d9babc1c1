#include "sweeps/work_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using ::testing::UnorderedElementsAre;

class WorkFolder : public SweepText {
 protected:
  void put(const std::string& name) const { std::ofstream(folder_ / name) << "bytes"; }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      found.push_back(entry.path().filename().string());
    }
    return found;
  }
};

TEST_F(WorkFolder, KeepsWhatIsNotOver) {
  for (const char* name : {"ab1.0.training", "ab1.1.training", ".ab1.0.training.77-3.partial",
                           "cd2.0.training", ".cd2.1.training.77-4.partial", "ab1.txt", ".ab1.0.training",
                           "ab1.0.training.77-3.partial", "7.0.words"}) {
    put(name);
  }
  remove_checkpoints_of(folder_, [](const std::string& cell) { return cell == "ab1"; });
  EXPECT_THAT(names(), UnorderedElementsAre("cd2.0.training", ".cd2.1.training.77-4.partial", "ab1.txt",
                                            ".ab1.0.training", "ab1.0.training.77-3.partial", "7.0.words"));
}

TEST_F(WorkFolder, TakesTheFilesOfOneCell) {
  for (const char* name : {"ab1.0.training", "ab1.1.training", "cd2.0.training"}) put(name);
  remove_checkpoints(folder_, "ab1");
  EXPECT_THAT(names(), UnorderedElementsAre("cd2.0.training"));
}

TEST_F(WorkFolder, TrainedModelsLieBelow) {
  std::filesystem::create_directory(weights_folder(folder_));
  for (const char* name : {"weights/ab1.safetensors", "weights/cd2.safetensors", "weights/mine.safetensors",
                           "weights/.cd2.safetensors.77-3.partial", "ab1.0.training"}) {
    put(name);
  }
  EXPECT_TRUE(std::filesystem::exists(weights_file(folder_, "ab1")));
  remove_weights(folder_, "ef3");
  remove_weights_of(folder_, [](const std::string& cell) { return cell == "ab1"; });
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(weights_folder(folder_)))
    left.push_back(entry.path().filename().string());
  EXPECT_THAT(left, UnorderedElementsAre("cd2.safetensors", "mine.safetensors"));
  remove_weights(folder_, "cd2");
  EXPECT_FALSE(std::filesystem::exists(weights_file(folder_, "cd2")));
  EXPECT_THAT(names(), UnorderedElementsAre("weights", "ab1.0.training"));
}

TEST_F(WorkFolder, OneThatIsNotThereIsNoTrouble) {
  remove_weights_of(folder_ / "none", [](const std::string&) { return true; });
  remove_weights(folder_ / "none", "ab1");
  remove_checkpoints_of(folder_ / "none", [](const std::string&) { return true; });
  remove_checkpoints(folder_ / "none", "ab1");
  EXPECT_THAT(names(), UnorderedElementsAre());
}

}  // namespace
}  // namespace missmodal::sweeps
