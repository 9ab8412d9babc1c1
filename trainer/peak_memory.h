#pragma once
// How much memory this process held at most during a part of its life.

#include <cstdint>
#include <optional>

namespace missmodal::trainer {

// Measures from its construction on. The system keeps one high-water mark a process, which construction sets
// back to what is resident now: one measurement at a time. A GPU's memory is not in it.
class PeakMemory {
 public:
  PeakMemory();
  // The most resident bytes since construction; nothing where the mark cannot be set back (only Linux can,
  // and not every container lets it), since it would then be that of an earlier part.
  std::optional<std::int64_t> bytes() const;

 private:
  bool set_back_;
};

}  // namespace missmodal::trainer
