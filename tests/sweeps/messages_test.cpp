// What the program tells its users of keys, it calls by the keys' names.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "sweeps/file_key.h"
#include "sweeps/key.h"

namespace missmodal::sweeps {
namespace {

namespace fs = std::filesystem;

// Keys, and the sections that hold them.
std::set<std::string> known_names() {
  std::set<std::string> names(file_level_paths().begin(), file_level_paths().end());
  for (const std::string& path : std::set<std::string>(names)) {
    for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', dot + 1)) {
      names.insert(path.substr(0, dot));
    }
  }
  // In canonical JSON; a file beside config.json.
  names.insert({"model.text.weights_sha256", "model.safetensors", "model.safetensors.index.json"});
  return names;
}

TEST(Messages, NameKeysThatExist) {
  const std::regex literal(R"rx("(?:[^"\\]|\\.)*")rx");
  const std::regex word(R"(\b(?:model|loss|training|evaluation|resources)(?:\.[a-z_0-9]+)+)");
  const std::set<std::string> known = known_names();
  int names = 0;
  for (const char* folder : {"coordinator", "results", "sweeps", "trainer", "worker"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(MISSMODAL_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".h") continue;
      std::ifstream file(entry.path());
      int number = 0;
      for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.starts_with("#include") || line.find("R\"") != std::string::npos) continue;
        for (auto text = std::sregex_iterator(line.begin(), line.end(), literal);
             text != std::sregex_iterator(); ++text) {
          const std::string quoted = text->str();
          for (auto name = std::sregex_iterator(quoted.begin(), quoted.end(), word);
               name != std::sregex_iterator(); ++name) {
            ++names;
            EXPECT_TRUE(known.contains(name->str()))
                << entry.path().string() << ":" << number << ": " << name->str() << " is no key";
          }
        }
      }
    }
  }
  EXPECT_GT(names, 40) << "else this looks at nothing";
}

}  // namespace
}  // namespace missmodal::sweeps
