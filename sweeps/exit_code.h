#pragma once
// What both programs return to the shell.

namespace missmodal {

inline constexpr int kExitOk = 0;           // all cells accepted
inline constexpr int kExitTrouble = 1;      // MPI, CUDA, SQLite, disk, a peer, a bug
inline constexpr int kExitBadInput = 2;     // the user's mistake, one line each
inline constexpr int kExitIncomplete = 3;   // some cells diverged or parked
inline constexpr int kExitInterrupted = 4;  // stopped by a signal; the same command goes on

}  // namespace missmodal
