#pragma once
// For tests that must hold on both paths through the model (trainer/model/own_loops.h).

#include <array>
#include <optional>
#include <string>

#include "trainer/model/own_loops.h"

namespace missmodal::trainer::testing {

enum class Path { loops, library };
inline constexpr std::array<Path, 2> kPaths{Path::loops, Path::library};

inline std::string name(Path path) {
  return path == Path::loops ? "loops" : "library";
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
