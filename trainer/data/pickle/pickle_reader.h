#pragma once
// Reads Python pickles of protocol 2 to 5 without executing anything: containers, strings, bytes, numbers,
// and the few numpy names of pickle_numpy.h. The format: Python's Lib/pickletools.py.

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

// No pickle of a dataset needs more opcodes (the largest one has under a million); it bounds time and memory
// for a file that is all opcodes.
inline constexpr std::int64_t kMaxPickleOpcodes = 4'000'000;

// Throws InputError "file: byte N: reason": truncated, damaged, another protocol, a forbidden global or
// opcode.
PickleTree read_pickle(SourceFile& file);

}  // namespace missmodal::trainer
