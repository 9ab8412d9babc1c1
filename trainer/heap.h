#pragma once
// What becomes of memory that a training has freed.

namespace missmodal::trainer {

// Every step asks for what the last one freed. By default glibc hands much of it back to the system between
// the two, and each page that comes again is a fault and is cleared: 6 to 9 % of a step. From here on this
// process keeps blocks of less than 32 MiB, until malloc_trim(), which PeakMemory calls.
void keep_freed_memory();

}  // namespace missmodal::trainer
