#include "results/figures/search_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "results/figures/panel.h"
#include "results/figures/row.h"
#include "results/plain_text.h"

namespace missmodal::results {

namespace {

constexpr std::size_t kMostParameters = 3;
constexpr std::size_t kMostValues = 12;
constexpr int kRanges = 8;
constexpr std::size_t kLongestTic = 14;
constexpr int kCharacter = 8;  // a character's width in pixels

struct Trial {
  double score = 0;  // NaN until it is accepted
  std::map<std::string, Value> point;
};

struct Search {
  std::string dataset;
  std::string stage;
  std::string score;  // "mae on complete, the lower the better"
  bool minimize = true;
  std::map<std::int64_t, Trial> trials;
  std::map<std::string, Value> chosen;
};

// A parameter's values in order, as tiles stand beside each other.
class Axis {
 public:
  Axis(std::string parameter, const std::map<std::int64_t, Trial>& trials)
      : parameter_(std::move(parameter)) {
    std::set<Value> values;
    for (const auto& [index, trial] : trials) {
      if (const auto found = trial.point.find(parameter_); found != trial.point.end())
        values.insert(found->second);
    }
    const bool numbers =
        std::all_of(values.begin(), values.end(), [](const Value& value) { return is_number(value); });
    if (numbers && values.size() > kMostValues) {
      low_ = std::numeric_limits<double>::infinity();
      double high = -low_;
      for (const Value& value : values) {
        low_ = std::min(low_, number(value));
        high = std::max(high, number(value));
      }
      width_ = (high - low_) / kRanges;
      for (int i = 0; i < kRanges; ++i)
        labels_.push_back(fmt::format("{:.3g}-{:.3g}", low_ + i * width_, low_ + (i + 1) * width_));
      return;
    }
    values_.assign(values.begin(), values.end());
    if (numbers)
      std::stable_sort(values_.begin(), values_.end(),
                       [](const Value& a, const Value& b) { return number(a) < number(b); });
    for (const Value& value : values_) labels_.push_back(printed(value));
  }

  const std::string& parameter() const { return parameter_; }
  const std::vector<std::string>& labels() const { return labels_; }

  // Where a point lies, from 0; nothing if it does not have the parameter.
  std::optional<std::size_t> place(const std::map<std::string, Value>& point) const {
    const auto found = point.find(parameter_);
    if (found == point.end()) return std::nullopt;
    if (values_.empty()) {
      return static_cast<std::size_t>(
          std::clamp(static_cast<int>((number(found->second) - low_) / width_), 0, kRanges - 1));
    }
    const auto at = std::find(values_.begin(), values_.end(), found->second);
    if (at == values_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - values_.begin());
  }

 private:
  static bool is_number(const Value& value) {
    return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
  }
  static double number(const Value& value) {
    const auto* whole = std::get_if<std::int64_t>(&value);
    return whole != nullptr ? static_cast<double>(*whole) : std::get<double>(value);
  }
  static std::string printed(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return is_number(value) ? fmt::format("{:.6g}", number(value)) : "null";
  }

  std::string parameter_;
  std::vector<Value> values_;  // empty where ranges stand for them
  std::vector<std::string> labels_;
  double low_ = 0;
  double width_ = 1;
};

std::vector<Search> searches_in(const Table& table) {
  std::vector<Search> searches;
  for (const auto& values : table.rows) {
    const Row row(table, values);
    const std::int64_t trial = row.whole("trial");
    const auto same = [&](const Search& one) {
      const auto found = one.trials.find(trial);
      return one.dataset == row.text("dataset") && one.stage == row.text("stage") &&
             (found == one.trials.end() || !found->second.point.contains(row.text("parameter")));
    };
    auto search = std::find_if(searches.begin(), searches.end(), same);
    if (search == searches.end()) {
      const bool minimize = row.text("goal") == "minimize";
      searches.push_back({row.text("dataset"),
                          row.text("stage"),
                          fmt::format("{} on {}, {} is better", heading(row.text("metric")),
                                      row.text("condition"), minimize ? "lower" : "higher"),
                          minimize,
                          {},
                          {}});
      search = std::prev(searches.end());
    }
    search->trials[trial].score = row.number("score");
    search->trials[trial].point[row.text("parameter")] = row.value("value");
    if (row.whole("chosen") != 0) search->chosen[row.text("parameter")] = row.value("value");
  }
  return searches;
}

// Those that vary, by name.
std::vector<Axis> axes_of(const Search& search) {
  std::set<std::string> names;
  for (const auto& [index, trial] : search.trials) {
    for (const auto& [name, value] : trial.point) names.insert(name);
  }
  std::vector<Axis> axes;
  for (const std::string& name : names) {
    Axis axis(name, search.trials);
    if (axis.labels().size() > 1 && axes.size() < kMostParameters) axes.push_back(std::move(axis));
  }
  return axes;
}

struct Tile {
  double sum = 0;
  int trials = 0;
  bool chosen = false;
};

std::map<std::pair<std::size_t, std::size_t>, Tile> tiles_of(const Search& search, const Axis& x,
                                                             const Axis& y) {
  std::map<std::pair<std::size_t, std::size_t>, Tile> tiles;
  for (const auto& [index, trial] : search.trials) {
    const auto column = x.place(trial.point);
    const auto row = y.place(trial.point);
    if (!column || !row || std::isnan(trial.score)) continue;
    Tile& tile = tiles[{*column, *row}];
    tile.sum += trial.score;
    ++tile.trials;
  }
  const auto column = x.place(search.chosen);
  const auto row = y.place(search.chosen);
  if (column && row && tiles.contains({*column, *row})) tiles.at({*column, *row}).chosen = true;
  return tiles;
}

// Its tics as the variables tic_WHICH_I; what looks like a number's format in them is none.
void add_tics(const Axis& axis, std::size_t which, std::string& strings, std::string& tics) {
  for (std::size_t i = 0; i < axis.labels().size(); ++i) {
    std::string label;
    for (const char c : plain_text(axis.labels()[i], kLongestTic))
      label += c == '%' ? "%%" : std::string(1, c);
    strings += fmt::format("tic_{}_{} = {}\n", which, i, gnuplot_string(label));
    tics += fmt::format("{}tic_{}_{} {}", i == 0 ? "" : ", ", which, i, i);
  }
}

int longest(const Axis& axis) {
  std::size_t most = 0;
  for (const std::string& label : axis.labels()) most = std::max(most, std::min(label.size(), kLongestTic));
  return kCharacter * static_cast<int>(most);
}

// The better, the darker; white text on the darker half.
std::string colours(const Search& search, const Range& range) {
  const double low = range.low();
  const double high = range.high() > low ? range.high() : low + 1e-6;
  return fmt::format(
      "set palette defined ({})\n"
      "set cbrange [{:.6g}:{:.6g}]\n"
      "white(v) = v {} {:.6g} ? 0xffffff : 0\n",
      search.minimize ? "0 '#08306b', .5 '#3a83bd', 1 '#e7f1fa'" : "0 '#e7f1fa', .5 '#3a83bd', 1 '#08306b'",
      low, high, search.minimize ? "<" : ">", (low + high) / 2);
}

struct Map {
  const Axis* x;
  const Axis* y;
  std::size_t x_axis;
  std::size_t y_axis;
};

std::vector<Map> maps_of(const std::vector<Axis>& axes) {
  std::vector<Map> maps;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    for (std::size_t k = i + 1; k < axes.size(); ++k) maps.push_back({&axes[i], &axes[k], i, k});
  }
  return maps;
}

// Pixels of the SVG.
struct Layout {
  int side = 0;
  int bottom = 0;
  std::vector<int> lefts;  // one a map
  int right = 0;           // of the last
};

Layout layout_of(const std::vector<Axis>& axes, const std::vector<Map>& maps) {
  Layout layout;
  std::size_t most = 0;
  for (const Axis& axis : axes) most = std::max(most, axis.labels().size());
  layout.side = std::max(230, 48 * static_cast<int>(most));
  for (const Map& map : maps) {
    layout.bottom = std::max(layout.bottom, longest(*map.x) + 50);
    layout.lefts.push_back(layout.right + longest(*map.y) + 56);
    layout.right = layout.lefts.back() + layout.side;
  }
  return layout;
}

std::string map_plot(const Map& map, std::size_t block) {
  return fmt::format(
      "set xlabel axis_{1}; set ylabel axis_{2}; set xrange [-.5:{3}.5]; set yrange [-.5:{4}.5]\n"
      "plot data index {0} using 1:2:($1-.5):($1+.5):($2-.5):($2+.5):3 with boxxyerror fillstyle solid 1 "
      "noborder fillcolor palette, \\\n"
      "  data index {0} using ($5 == 1 ? $1 : NaN):2:($1-.46):($1+.46):($2-.46):($2+.46) with boxxyerror "
      "lc rgb '#e69f00' linewidth 4 fillstyle empty, \\\n"
      "  data index {0} using 1:2:(sprintf('%.3f', $3)):(white($3)) with labels offset 0,.5 textcolor rgb "
      "variable, \\\n"
      "  data index {0} using 1:2:(sprintf('n=%d', $4)):(white($3)) with labels offset 0,-.6 textcolor rgb "
      "variable\n",
      block, map.x_axis, map.y_axis, map.x->labels().size() - 1, map.y->labels().size() - 1);
}

std::string tiles_text(const Search& search, const Map& map) {
  std::string text =
      fmt::format("# {} by {}\n", plain_text(map.x->parameter(), 60), plain_text(map.y->parameter(), 60));
  for (const auto& [place, tile] : tiles_of(search, *map.x, *map.y)) {
    text += fmt::format("{} {} {:.6g} {} {}\n", place.first, place.second, tile.sum / tile.trials,
                        tile.trials, tile.chosen ? 1 : 0);
  }
  return text;
}

Plot plot_of(const Search& search, const std::vector<Axis>& axes, const Range& range, Frame frame,
             std::string_view mark) {
  const std::vector<Map> maps = maps_of(axes);
  const Layout layout = layout_of(axes, maps);
  frame.width = std::max(layout.right + 90, 560);
  frame.height = 70 + layout.side + layout.bottom;
  Plot plot{frame.name,
            fmt::format("Stage {}: {}. Dataset {}{}", search.stage, search.score, search.dataset, mark),
            "# column and row from 0, mean score, trials, 1 where the winner is\n", ""};
  frame.strings =
      title_lines(plot.title, "mean over the n trials that share both values; framed: the winner's");
  std::vector<std::string> tics(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    frame.strings += fmt::format("axis_{} = {}\n", i, gnuplot_string(axes[i].parameter(), 30));
    add_tics(axes[i], i, frame.strings, tics[i]);
  }
  frame.body = fmt::format(
      "set multiplot title title\n"
      "unset key; set border 0; set tics scale 0; unset colorbox\n"
      "set bmargin at screen {:.5f}; set tmargin at screen {:.5f}\n{}",
      1.0 * layout.bottom / frame.height, 1.0 * (layout.bottom + layout.side) / frame.height,
      colours(search, range));
  for (std::size_t i = 0; i < maps.size(); ++i) {
    plot.data += (i == 0 ? "" : "\n\n") + tiles_text(search, maps[i]);
    if (i + 1 == maps.size()) {
      frame.body += fmt::format(
          "set colorbox user origin screen {:.5f}, screen {:.5f} size screen {:.5f}, screen {:.5f}\n",
          (layout.right + 14.0) / frame.width, 1.0 * layout.bottom / frame.height, 14.0 / frame.width,
          1.0 * layout.side / frame.height);
    }
    const int columns = static_cast<int>(maps[i].x->labels().size());
    frame.body += fmt::format(
        "set lmargin at screen {:.5f}; set rmargin at screen {:.5f}; set xtics ({}) {}; set ytics ({})\n{}",
        1.0 * layout.lefts[i] / frame.width, 1.0 * (layout.lefts[i] + layout.side) / frame.width,
        tics[maps[i].x_axis], longest(*maps[i].x) * columns > layout.side ? "rotate" : "norotate",
        tics[maps[i].y_axis], map_plot(maps[i], i));
  }
  frame.body += "unset multiplot\n";
  plot.script = gnuplot_script(frame);
  return plot;
}

}  // namespace

std::vector<Plot> search_plots(const Table& table, const std::string& name,
                               const std::vector<PictureKind>& kinds) {
  std::vector<Plot> plots;
  for (const Search& search : searches_in(table)) {
    const std::vector<Axis> axes = axes_of(search);
    Range range;
    for (const Map& map : maps_of(axes)) {
      for (const auto& [place, tile] : tiles_of(search, *map.x, *map.y)) range.add(tile.sum / tile.trials);
    }
    if (range.empty()) continue;
    const std::string own = plots.empty() ? name : fmt::format("{}_{}", name, plots.size() + 1);
    plots.push_back(plot_of(search, axes, range, {.name = own, .kinds = kinds},
                            table.title.ends_with("[SYNTHETIC]") ? " [SYNTHETIC]" : ""));
  }
  return plots;
}

}  // namespace missmodal::results
