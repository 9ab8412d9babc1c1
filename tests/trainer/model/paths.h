#pragma once
// For tests that must hold on both paths through the model (trainer/model/own_loops.h), and on a GPU.

#include <array>
#include <optional>
#include <string>

#include "trainer/model/own_loops.h"

namespace missmodal::trainer::testing {

enum class Path { loops, library, gpu };
#ifdef MISSMODAL_TEST_ON_GPU  // the same tests, built again in tests/gpu
inline constexpr std::array<Path, 1> kPaths{Path::gpu};
#else
inline constexpr std::array<Path, 2> kPaths{Path::loops, Path::library};
#endif

inline std::string name(Path path) {
  return path == Path::loops ? "loops" : path == Path::library ? "library" : "gpu";
}

// Where there is no GPU its tests are built on the CPU all the same, and skipped.
inline bool is_missing(Path path) {
  return path == Path::gpu && !torch::cuda::is_available();
}
inline torch::Device device(Path path) {
  return path == Path::gpu && !is_missing(path) ? torch::kCUDA : torch::kCPU;
}

// Computes along one path while it lives.
class Along {
 public:
  explicit Along(Path path) {
    if (path == Path::library) library_only_.emplace();
  }

 private:
  std::optional<LibraryOnly> library_only_;
};

}  // namespace missmodal::trainer::testing
