#pragma once
// What panels have in common.

#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace missmodal::results {

// The numbers from the lowest to the highest; what is NaN is none.
class Range {
 public:
  void add(double number);
  bool empty() const { return low_ > high_; }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

extern const std::string_view kPanelStyle;  // axes left and below, a light grid

// gnuplot's commands for a panel whose y axis shows `range` with room around it: what `lines` says, or that
// there are no such scores (gnuplot gives up where nothing is to be drawn).
std::string panel_plot(const Range& range, const std::function<std::string()>& lines);

}  // namespace missmodal::results
