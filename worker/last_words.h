#pragma once
// What a process that dies by its own fault leaves behind: the signal, in a file of its assignment. One that
// is killed from outside leaves nothing.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace missmodal::worker {

// While it lives, SEGV, BUS, ABRT, FPE and ILL write their name to `folder`/`assignment`.`place`.words before
// they do what they did before. One at a time in a process. Without the folder it does nothing.
class LastWords {
 public:
  LastWords(const std::filesystem::path& folder, std::int64_t assignment, int place);
  ~LastWords();  // removes the file
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

 private:
  std::filesystem::path file_;
};

// By assignment, one line each, of the processes that died so; removes all files of words in the folder, the
// empty ones too. Nothing where the folder is not there.
std::map<std::int64_t, std::string> take_last_words(const std::filesystem::path& folder);
// Those of this assignment alone.
std::optional<std::string> take_last_words(const std::filesystem::path& folder, std::int64_t assignment);

}  // namespace missmodal::worker
