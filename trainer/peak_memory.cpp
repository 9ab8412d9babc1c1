#include "trainer/peak_memory.h"

#include <fstream>
#include <string>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace missmodal::trainer {
namespace {

// proc(5), /proc/pid/clear_refs: 5 sets VmHWM to the current resident size.
bool set_mark_back() {
#ifdef __GLIBC__
  malloc_trim(0);  // what was freed earlier stays resident until the system has it back
#endif
  std::ofstream file("/proc/self/clear_refs");
  file << "5";
  file.close();
  return !file.fail();
}

}  // namespace

PeakMemory::PeakMemory() : set_back_(set_mark_back()) {}

std::optional<std::int64_t> PeakMemory::bytes() const {
  if (!set_back_) return std::nullopt;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

}  // namespace missmodal::trainer
