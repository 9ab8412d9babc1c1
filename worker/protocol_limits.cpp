#include "worker/protocol_limits.h"

#include <fmt/format.h>

#include <array>

#include "sweeps/error.h"
#include "worker/transport.h"

namespace missmodal::worker {
namespace {

// The first byte of an item: RFC 8949, section 3.
enum class Major { unsigned_integer, negative_integer, bytes, text, array, map, tag, simple };
constexpr unsigned kFirstIndefinite = 28;  // 28..30 are reserved, 31 begins an item of unknown length
constexpr unsigned kFalse = 20, kNull = 22, kHalf = 25, kDouble = 27;

class Scan {
 public:
  explicit Scan(std::string_view bytes) : bytes_(bytes) {}

  void run() {
    std::array<std::uint64_t, kDeepestNesting> missing{};  // items that each open array or map still lacks
    std::size_t depth = 0;
    std::uint64_t items = 0;
    do {
      if (++items > kMostItems) throw RunError(fmt::format("holds more than {} items", kMostItems));
      if (depth > 0) --missing[depth - 1];
      if (const std::uint64_t children = item(); children > 0) {
        if (depth == kDeepestNesting) {
          throw RunError(fmt::format("byte {}: nests deeper than {} levels", at_, kDeepestNesting));
        }
        missing[depth++] = children;
      }
      while (depth > 0 && missing[depth - 1] == 0) --depth;
    } while (depth > 0);
    if (at_ != bytes_.size()) throw RunError(fmt::format("byte {}: more than one message", at_));
  }

 private:
  // Passes the item's own bytes; returns how many items it announces inside.
  std::uint64_t item() {
    const std::size_t begin = at_;
    const unsigned head = take(1);
    const auto major = static_cast<Major>(head >> 5);
    const unsigned low = head & 31U;
    if (low >= kFirstIndefinite || major == Major::tag ||
        (major == Major::simple && (low < kFalse || low > kDouble || (low > kNull && low < kHalf)))) {
      throw RunError(fmt::format("byte {}: 0x{:02x} begins nothing that a message is made of", begin, head));
    }
    const std::uint64_t argument = low < 24 ? low : take(std::size_t{1} << (low - 24));
    const std::uint64_t left = bytes_.size() - at_;
    switch (major) {
      case Major::bytes:
      case Major::text:
        if (argument > left) throw cut(begin, argument, "bytes");
        at_ += static_cast<std::size_t>(argument);
        return 0;
      case Major::array:
        if (argument > left) throw cut(begin, argument, "items");  // an item has a byte at least
        return argument;
      case Major::map:
        if (argument > left / 2) throw cut(begin, argument, "pairs");
        return 2 * argument;
      default:
        return 0;
    }
  }

  std::uint64_t take(std::size_t count) {
    if (bytes_.size() - at_ < count) throw RunError(fmt::format("byte {}: the message is cut", at_));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(bytes_[at_++]);
    return value;
  }

  RunError cut(std::size_t begin, std::uint64_t announced, const char* what) const {
    return RunError(fmt::format("byte {}: announces {} {}, the message has {} bytes", begin, announced, what,
                                bytes_.size()));
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

void check_limits(std::string_view bytes) {
  if (bytes.size() > kLargestMessage) {
    throw RunError(fmt::format("has {} bytes, at most {} are a message", bytes.size(), kLargestMessage));
  }
  Scan(bytes).run();
}

}  // namespace missmodal::worker
