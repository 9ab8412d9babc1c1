// Reads sweep files as `missmodal check` does, without the half second that LibTorch takes to start: for each
// FILE one line `FILE: ok`, or its mistakes as main prints them.

#include <fmt/format.h>

#include <exception>

#include "sweeps/error.h"
#include "sweeps/sweep_file.h"

int main(int argc, char** argv) {
  using namespace missmodal;
  try {
    for (int i = 1; i < argc; ++i) {
      try {
        sweeps::read_sweep(argv[i], {});
        fmt::print("{}: ok\n", argv[i]);
      } catch (const InputError& error) {
        for (const Mistake& mistake : error.mistakes()) fmt::print("{}: {}\n", mistake.place, mistake.reason);
      }
    }
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
    return 1;
  }
  return 0;
}
