#include "worker/last_words.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "sweeps/error.h"

namespace missmodal::worker {
namespace {

namespace fs = std::filesystem;

struct Deadly {
  int signal;
  std::string_view words;
};
constexpr std::array<Deadly, 5> kDeadly{
    {{SIGSEGV, "SIGSEGV: a bad address"},
     {SIGBUS, "SIGBUS: memory that is not there (a mapped file was cut)"},
     {SIGABRT, "SIGABRT: the program gave itself up"},
     {SIGFPE, "SIGFPE: an impossible whole-number division"},
     {SIGILL, "SIGILL: an instruction that this processor does not have"}}};

// What the handler works with: it may call nothing that allocates or locks.
std::atomic<int> open_file = -1;
std::array<struct sigaction, kDeadly.size()> before;

void die(int signal) {
  for (std::size_t i = 0; i < kDeadly.size(); ++i) {
    if (kDeadly[i].signal != signal) continue;
    const int file = open_file.exchange(-1);
    if (file >= 0) {
      const ssize_t ignored = write(file, kDeadly[i].words.data(), kDeadly[i].words.size());
      static_cast<void>(ignored);
      fsync(file);
    }
    sigaction(signal, &before[i], nullptr);
    raise(signal);
  }
}

fs::path file_of(const fs::path& folder, std::int64_t assignment, int place) {
  return folder / fmt::format("{}.{}.words", assignment, place);
}

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::optional<std::int64_t> assignment_of(const fs::path& file) {
  if (file.extension() != ".words") return std::nullopt;
  const std::string name = file.filename().string();
  std::int64_t assignment = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), assignment);
  return code == std::errc() && *end == '.' ? std::optional(assignment) : std::nullopt;
}

// Hands over every file of words that `wanted` holds of, and removes it.
template <typename Wanted, typename Take>
void take(const fs::path& folder, Wanted wanted, Take hand_over) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const auto assignment = assignment_of(entry.path());
    if (!assignment || !wanted(*assignment)) continue;
    if (std::string words = content(entry.path()); !words.empty()) hand_over(*assignment, std::move(words));
    std::error_code ignored;
    fs::remove(entry.path(), ignored);
  }
}

}  // namespace

LastWords::LastWords(const fs::path& folder, std::int64_t assignment, int place)
    : file_(file_of(folder, assignment, place)) {
  const int file = open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  MISSMODAL_CHECK(open_file.exchange(file) < 0);
  struct sigaction action {};
  action.sa_handler = die;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kDeadly.size(); ++i) sigaction(kDeadly[i].signal, &action, &before[i]);
}

LastWords::~LastWords() {
  const int file = open_file.exchange(-1);
  if (file < 0) return;
  for (std::size_t i = 0; i < kDeadly.size(); ++i) sigaction(kDeadly[i].signal, &before[i], nullptr);
  close(file);
  std::error_code ignored;
  fs::remove(file_, ignored);
}

std::map<std::int64_t, std::string> take_last_words(const fs::path& folder) {
  std::map<std::int64_t, std::string> all;
  take(
      folder, [](std::int64_t) { return true; },
      [&](std::int64_t assignment, std::string words) { all.emplace(assignment, std::move(words)); });
  return all;
}

std::optional<std::string> take_last_words(const fs::path& folder, std::int64_t assignment) {
  std::optional<std::string> found;
  take(
      folder, [&](std::int64_t one) { return one == assignment; },
      [&](std::int64_t, std::string words) { found = std::move(words); });
  return found;
}

}  // namespace missmodal::worker
