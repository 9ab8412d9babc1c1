#pragma once
// The order of everything that is shuffled (grid rounds, random draws, training batches): a stream of 64-bit
// numbers from SHA-256 and a Fisher-Yates of our own, since std::shuffle differs between libraries. Any
// language can recompute it; docs/sweep_file.md gives the recipe and a golden list.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/sha256.h"

namespace missmodal::sweeps {

// Number k of the stream is bytes 8(k mod 4).. of SHA-256("<key>|<k div 4>"), big-endian.
class NumberStream {
 public:
  explicit NumberStream(std::string key) : key_(std::move(key)) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound), bound > 0, by rejection
  double unit();                             // uniform in [0, 1): the top 53 bits

 private:
  std::string key_;
  std::uint64_t position_ = 0;
  Digest block_{};
};

// 0..count-1 shuffled: for i = count-1 down to 1, swap i with below(i + 1).
std::vector<std::size_t> permutation(std::size_t count, std::string_view key);

}  // namespace missmodal::sweeps
