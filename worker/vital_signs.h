#pragma once
// What a process can tell of itself without asking what it computes.

#include <cstdint>

namespace missmodal::worker {

// Resident, of this process; 0 where the system does not tell.
std::int64_t resident_bytes();

// Of this process so far, all threads.
double processor_seconds();

// Processes that the kernel has killed for memory in this process's control group (cgroup v2) since it was
// made; 0 where the system does not tell.
std::int64_t oom_kills();

}  // namespace missmodal::worker
