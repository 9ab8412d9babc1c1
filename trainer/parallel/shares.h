#pragma once
// How the utterances of a batch are dealt to a gang's members.

#include <cstdint>
#include <span>
#include <vector>

namespace missmodal::trainer {

// A contiguous piece of some things: [first, first + count).
struct Share {
  std::int64_t first = 0;
  std::int64_t count = 0;
  bool operator==(const Share&) const = default;
};

// Consecutive pieces of about the same weight, by place: piece k ends where the sum of weights is nearest to
// (k + 1) / members of it all, the earlier end where two are as near. A piece may be empty.
class Shares {
 public:
  Shares() = default;  // nothing, for nobody
  // By weight of each thing, >= 0; their sum times the members must fit in 63 bits.
  Shares(std::span<const std::int64_t> weights, int members);

  Share of(int place) const;
  int members() const { return static_cast<int>(ends_.size()); }
  std::int64_t total() const { return ends_.empty() ? 0 : ends_.back(); }

 private:
  std::vector<std::int64_t> ends_;  // by place: behind the last thing of its piece
};

}  // namespace missmodal::trainer
