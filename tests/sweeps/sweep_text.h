#pragma once
// Sweep files written inline, read through a real file.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

class SweepText : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("missmodal_" + std::to_string(getpid()) + "_" + test->test_suite_name() + "_" + test->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& text, const std::string& name = "s.yaml") const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  Sweep read(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    return read_sweep(write(text), overrides);
  }
  // Each mistake as main prints it, without the folder.
  std::vector<std::string> mistakes(const std::string& text,
                                    const std::vector<std::string>& overrides = {}) const {
    std::vector<std::string> lines;
    try {
      read(text, overrides);
    } catch (const InputError& error) {
      for (const Mistake& mistake : error.mistakes()) {
        std::string line = mistake.place + ": " + mistake.reason;
        for (std::size_t at; (at = line.find(folder_.string() + "/")) != std::string::npos;) {
          line.erase(at, folder_.string().size() + 1);
        }
        lines.push_back(line);
      }
    }
    return lines;
  }

  std::filesystem::path folder_;
};

// A valid file; `stages` replaces its stages, `more` adds lines at the top level.
inline std::string sweep_text(const std::string& more = "", const std::string& stages = "") {
  return "name: small\n"
         "dataset: {path: data.safetensors}\n"
         "model: {text: {encoder: sequence}}\n" +
         more + "stages:\n" + (stages.empty() ? "  - {name: final, seeds: [1, 2]}\n" : stages);
}

// A search over 27 points by a cycle of `trials`, and `after` behind it.
inline std::string search_text(int trials, const std::string& after = "", const std::string& more = "") {
  return sweep_text(more,
                    "  - name: search\n"
                    "    method: {type: random_grid, trials: " +
                        std::to_string(trials) +
                        ", policy: cycle}\n"
                        "    parameters:\n"
                        "      loss.alpha: [0.3, 0.5, 0.7]\n"
                        "      loss.beta: [0.3, 0.5, 0.7]\n"
                        "      loss.temperature: [0.5, 0.7, 0.9]\n"
                        "    select: {metric: mae, condition: complete, goal: minimize}\n" +
                        after);
}

}  // namespace missmodal::sweeps
