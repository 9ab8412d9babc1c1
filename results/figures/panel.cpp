#include "results/figures/panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace missmodal::results {

const std::string_view kPanelStyle =
    "set border 3 lc rgb '#595959'; set xtics nomirror out; set ytics nomirror out; set grid lc rgb "
    "'#d9d9d9' dashtype 1; unset key\n";

void Range::add(double number) {
  if (std::isnan(number)) return;
  low_ = std::min(low_, number);
  high_ = std::max(high_, number);
}

std::string panel_plot(const Range& range, const std::function<std::string()>& lines) {
  if (range.empty()) {
    return "set yrange [0:1]; set label 1 'no such scores' at graph .5,.5 center\n"
           "plot 2 notitle\n"
           "unset label 1\n";
  }
  const double room = range.high() > range.low() ? 0.06 * (range.high() - range.low()) : 0.5;
  return fmt::format("set yrange [{:.6g}:{:.6g}]; set format y '%g'\n{}", range.low() - room,
                     range.high() + room, lines());
}

}  // namespace missmodal::results
