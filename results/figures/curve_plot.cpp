#include "results/figures/curve_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "results/figures/palette.h"
#include "results/figures/panel.h"
#include "results/figures/row.h"
#include "results/plain_text.h"

namespace missmodal::results {

namespace {

struct Panel {
  std::string_view column;
  std::string_view title;
};
constexpr std::array<Panel, 5> kPanels{{{"acc7", "Acc7 (%)"},
                                        {"acc2_non0", "Acc2 non0 (%)"},
                                        {"f1_non0", "F1 non0 (%)"},
                                        {"mae", "MAE"},
                                        {"corr", "Corr"}}};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Score {
  double mean = kNan;
  double low = kNan;
  double high = kNan;
};

struct Point {
  std::int64_t rate = 0;
  std::int64_t seeds = 0;
  std::array<Score, kPanels.size()> scores;
};

struct Series {
  std::string dataset;
  std::string model;
  std::string remark;
  std::int64_t planned = 0;
  std::vector<Point> points;
};

Score score(const Row& row, std::string_view name) {
  const double mean = row.number(name);
  const double deviation = row.number(std::string(name) + "_sd");
  if (deviation != deviation) return {mean, mean, mean};  // one seed: no band
  return {mean, mean - deviation, mean + deviation};
}

// A rate for the second time begins another line: two databases of one dataset.
Series& series_of(std::vector<Series>& all, const Series& key, std::int64_t rate) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Series& one) {
    return one.dataset == key.dataset && one.model == key.model && one.remark == key.remark &&
           one.points.back().rate < rate;
  });
  return found == all.end() ? all.emplace_back(key) : *found;
}

std::vector<Series> series_in(const Table& table) {
  std::vector<Series> all;
  for (const auto& values : table.rows) {
    const Row row(table, values);
    if (row.text("model") == "MissModal - without") continue;
    Point point{row.whole("rate_percent"), row.whole("seeds"), {}};
    for (std::size_t i = 0; i < kPanels.size(); ++i) point.scores[i] = score(row, kPanels[i].column);
    series_of(all, {row.text("dataset"), row.text("model"), row.text("remark"), row.whole("planned"), {}},
              point.rate)
        .points.push_back(point);
  }
  return all;
}

std::string data_of(const std::vector<Series>& all) {
  std::string text = "# rate in percent, then mean, mean - sd and mean + sd of";
  for (const Panel& panel : kPanels) text.append(" ").append(panel.column);
  for (const Series& series : all) {
    text += fmt::format("\n# {}, {} {}\n", plain_text(series.dataset, 60), plain_text(series.model, 60),
                        plain_text(series.remark, 200));
    for (const Point& point : series.points) {
      text += fmt::format("{}", point.rate);
      for (const Score& one : point.scores) {
        if (one.mean == one.mean) {
          text += fmt::format(" {:.6g} {:.6g} {:.6g}", one.mean, one.low, one.high);
        } else {
          text += " NaN NaN NaN";
        }
      }
      text += "\n";
    }
    text += "\n";
  }
  return text;
}

Range range(const std::vector<Series>& all, std::string_view dataset, std::size_t panel) {
  Range range;
  for (const Series& series : all) {
    if (series.dataset != dataset) continue;
    for (const Point& point : series.points) {
      range.add(point.scores[panel].low);
      range.add(point.scores[panel].high);
    }
  }
  return range;
}

// Seeds behind a line's means: those of its poorest point.
std::string label(const Series& series) {
  std::int64_t seeds = series.planned;
  for (const Point& point : series.points) seeds = std::min(seeds, point.seeds);
  return fmt::format("{}, {}/{} seeds", plain_text(series.model, 24), seeds, series.planned);
}

// Lines of one model share its colour; which of them it is shows in dashes and points.
std::string style(const std::vector<Series>& all, std::size_t which) {
  const Stroke stroke = stroke_of(all[which].model);
  int before = 0;
  for (std::size_t i = 0; i < which; ++i) {
    before += all[i].dataset == all[which].dataset && all[i].model == all[which].model ? 1 : 0;
  }
  return fmt::format("lc rgb '{}' dashtype {} pointtype {} linewidth 2 pointsize .7", stroke.colour,
                     (stroke.dashes - 1 + before) % 5 + 1, before == 0 ? stroke.points : 3 + before);
}

std::string panel_lines(const std::vector<Series>& all, std::string_view dataset, std::size_t panel) {
  std::string bands;
  std::string lines;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].dataset != dataset) continue;
    const std::size_t first = 2 + 3 * panel;
    bands += fmt::format(
        "{}data index {} using 1:{}:{} with filledcurves fc rgb '{}' fillstyle transparent solid .18 "
        "noborder "
        "notitle",
        bands.empty() ? "plot " : ", \\\n  ", i, first + 1, first + 2, stroke_of(all[i].model).colour);
    lines +=
        fmt::format(", \\\n  data index {} using 1:{} with linespoints {} notitle", i, first, style(all, i));
  }
  return bands + lines + "\n";
}

std::string key_plot(const std::vector<Series>& all, std::string_view dataset) {
  std::string text =
      "unset title; unset xlabel; unset border; unset tics; unset grid\n"
      "set key at graph 0,.9 left top Left reverse samplen 4 spacing 1.25\n"
      "set xrange [0:1]; set yrange [0:1]\n"
      "plot 2 notitle";
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].dataset != dataset) continue;
    text += fmt::format(", \\\n  keyentry with linespoints {} title label_{}", style(all, i), i);
    if (!all[i].remark.empty())
      text += fmt::format(", \\\n  keyentry with dots lc rgb '#ffffff' title remark_{}", i);
  }
  return text + "\n";
}

}  // namespace

std::optional<Plot> curve_plot(const Table& table, const std::string& name,
                               const std::vector<PictureKind>& kinds) {
  const std::vector<Series> all = series_in(table);
  if (all.empty()) return std::nullopt;
  std::vector<std::string> datasets;
  std::int64_t last = 0;
  for (const Series& series : all) {
    if (std::find(datasets.begin(), datasets.end(), series.dataset) == datasets.end())
      datasets.push_back(series.dataset);
    last = std::max(last, series.points.back().rate);
  }
  Frame frame{.name = name, .kinds = kinds, .height = static_cast<int>(60 + 560 * datasets.size())};
  frame.strings = title_lines(table.title, "mean, and as a band mean ± standard deviation, over seeds");
  for (std::size_t i = 0; i < all.size(); ++i) {
    frame.strings += fmt::format("label_{} = {}\n", i, gnuplot_string(label(all[i])));
    if (!all[i].remark.empty())
      frame.strings += fmt::format("remark_{} = {}\n", i, gnuplot_string(all[i].remark, 40));
  }
  frame.body = fmt::format("set multiplot layout {},3 title title\n", 2 * datasets.size());
  for (std::size_t d = 0; d < datasets.size(); ++d) {
    if (datasets.size() > 1)
      frame.strings += fmt::format("dataset_{} = {}\n", d, gnuplot_string(datasets[d], 30));
    frame.body += fmt::format(
        "{}"
        "set xrange [0:{}]; set xtics 20 nomirror out; set xlabel 'missing (%)'\n",
        kPanelStyle, std::max<std::int64_t>(last, 1));
    for (std::size_t panel = 0; panel < kPanels.size(); ++panel) {
      const std::string prefix = datasets.size() > 1 ? fmt::format("dataset_{}.': '.", d) : "";
      frame.body += fmt::format("set title {}'{}'\n", prefix, kPanels[panel].title);
      frame.body +=
          panel_plot(range(all, datasets[d], panel), [&] { return panel_lines(all, datasets[d], panel); });
    }
    frame.body += key_plot(all, datasets[d]);
  }
  frame.body += "unset multiplot\n";
  return Plot{name, table.title, data_of(all), gnuplot_script(frame)};
}

}  // namespace missmodal::results
