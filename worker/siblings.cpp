#include "worker/siblings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace missmodal::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kTimeToCome{15};

// Of a process: the value of a variable that it was started with; "" if it had none, is over, or another
// user's.
std::string value_of(const std::string& environment, const std::string& name) {
  const std::string wanted = '\0' + name + '=';
  const std::size_t at = environment.find(wanted);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + wanted.size();
  return environment.substr(begin, environment.find('\0', begin) - begin);
}

std::set<std::string> living(const std::string& job) {
  std::set<std::string> ranks;
  std::error_code code;
  for (fs::directory_iterator entry("/proc", code), end; entry != end; entry.increment(code)) {
    const std::string process = entry->path().filename().string();
    if (process.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry->path() / "environ", std::ios::binary);
    const std::string environment = '\0' + std::string(std::istreambuf_iterator<char>(file), {});
    if (value_of(environment, "PMIX_NAMESPACE") == job) ranks.insert(value_of(environment, "PMIX_RANK"));
  }
  return ranks;
}

// How many ranks this host's launcher started, where it is our parent, so that what it started is in our
// sight; else 0.
std::size_t started_here() {
  const char* count = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  std::ifstream file(fs::path("/proc") / std::to_string(getppid()) / "comm");
  std::string parent;
  std::getline(file, parent);
  if (count == nullptr || (parent != "mpirun" && parent != "orted")) return 0;
  return std::strtoul(count, nullptr, 10);
}

}  // namespace

std::string Siblings::trouble() {
  const char* job = std::getenv("PMIX_NAMESPACE");
  if (job == nullptr) return "";
  const std::set<std::string> alive = living(job);
  std::vector<std::string> missing;
  std::set_difference(seen_.begin(), seen_.end(), alive.begin(), alive.end(), std::back_inserter(missing));
  if (!missing.empty()) return fmt::format("rank {} died in it", fmt::join(missing, ", "));
  seen_.insert(alive.begin(), alive.end());
  const auto now = std::chrono::steady_clock::now();
  if (!first_) first_ = now;
  if (now - *first_ < kTimeToCome) return "";
  const std::size_t started = started_here();
  return seen_.size() < started ? fmt::format("of {} ranks on this host {} came", started, seen_.size()) : "";
}

}  // namespace missmodal::worker
