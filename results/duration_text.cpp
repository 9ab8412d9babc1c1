#include "results/duration_text.h"

#include <fmt/format.h>

namespace missmodal::results {

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 60 * kMinute;
  constexpr double kDay = 24 * kHour;
  if (seconds > 0 && seconds < 0.95) return fmt::format("{:.1g} s", seconds);
  if (seconds < 1.5 * kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < 1.5 * kHour) return fmt::format("{:.0f} min", seconds / kMinute);
  if (seconds < 2 * kDay) return fmt::format("{:.1f} h", seconds / kHour);
  return fmt::format("{:.1f} days", seconds / kDay);
}

std::string remaining_text(const Remaining& remaining) {
  const std::string about = duration_text(remaining.seconds);
  const std::string low = duration_text(remaining.low);
  const std::string high = duration_text(remaining.high);
  if (low == about && high == about) return fmt::format("about {} left", about);
  return fmt::format("about {} left ({} to {})", about, low, high);
}

}  // namespace missmodal::results
