#include "results/figures/gantt_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "results/figures/row.h"

namespace missmodal::results {

namespace {

struct Ending {
  std::string_view label;
  std::string_view colour;
};
// From light to dark, so that they differ in grey too.
constexpr std::array<Ending, 6> kEndings{{{"accepted", "#56b4e9"},
                                          {"diverged", "#f0e442"},
                                          {"interrupted", "#cccccc"},
                                          {"failed", "#e69f00"},
                                          {"died", "#d55e00"},
                                          {"running", "#ffffff"}}};
constexpr std::size_t kFailed = 3;
constexpr std::size_t kDied = 4;

struct Bar {
  std::int64_t rank = 0;
  double begin = 0;
  double end = 0;
};

struct Sweep {
  std::string dataset;
  std::array<std::vector<Bar>, kEndings.size()> bars;
  std::map<std::int64_t, double> runs;  // where each begins
  double end = 0;
  std::int64_t first_rank = 0;
  std::int64_t last_rank = 0;
};

std::size_t ending_of(const Row& row) {
  if (row.whole("death") != 0) return kDied;
  const std::string& word = row.text("ending");
  for (std::size_t i = 0; i < kEndings.size(); ++i) {
    if (kEndings[i].label == word) return i;
  }
  return kFailed;
}

std::vector<Sweep> sweeps_in(const Table& table) {
  std::vector<Sweep> sweeps;
  std::int64_t run = 0;
  for (const auto& values : table.rows) {
    const Row row(table, values);
    const std::int64_t rank = row.whole("rank");
    if (sweeps.empty() || sweeps.back().dataset != row.text("dataset") || row.whole("run") < run)
      sweeps.push_back({row.text("dataset"), {}, {}, 0, rank, rank});
    Sweep& sweep = sweeps.back();
    run = row.whole("run");
    if (!sweep.runs.contains(run)) {
      sweep.runs[run] = sweep.end;
      sweep.end += row.number("run_seconds");
    }
    sweep.bars[ending_of(row)].push_back(
        {rank, sweep.runs[run] + row.number("started"), sweep.runs[run] + row.number("ended")});
    sweep.first_rank = std::min(sweep.first_rank, rank);
    sweep.last_rank = std::max(sweep.last_rank, rank);
  }
  return sweeps;
}

// Seconds, minutes or hours, as the sweep was long.
std::pair<double, std::string_view> unit(double seconds) {
  if (seconds < 600) return {1, "s"};
  if (seconds < 36000) return {60, "min"};
  return {3600, "h"};
}

Plot plot_of(const Sweep& sweep, const std::string& name, const std::vector<PictureKind>& kinds,
             const std::string& mark) {
  const auto [scale, word] = unit(sweep.end);
  const std::int64_t ranks = sweep.last_rank - sweep.first_rank + 1;
  Frame frame{.name = name,
              .kinds = kinds,
              .height = static_cast<int>(190 + std::min<std::int64_t>(26 * ranks, 1000))};
  const std::string title = fmt::format("Gantt chart: who ran what when. Dataset {}{}", sweep.dataset, mark);
  frame.strings = title_lines(title, "each attempt by how it ended; runs end to end");
  std::string data = "# rank, begin and end in " + std::string(word) + "\n";
  std::string body;
  std::size_t block = 0;
  for (std::size_t i = 0; i < kEndings.size(); ++i) {
    if (sweep.bars[i].empty()) continue;
    data += fmt::format("{}# {}\n", block == 0 ? "" : "\n\n", kEndings[i].label);
    for (const Bar& bar : sweep.bars[i])
      data += fmt::format("{} {:.6g} {:.6g}\n", bar.rank, bar.begin / scale, bar.end / scale);
    body += fmt::format(
        "{} data index {} using 2:1:2:3:($1-.38):($1+.38) with boxxyerror fillstyle solid 1 border lc rgb "
        "'#404040' "
        "fillcolor rgb '{}' linewidth .5 title '{} ({})'",
        block == 0 ? "plot" : ", \\\n ", block, kEndings[i].colour, kEndings[i].label, sweep.bars[i].size());
    if (i == kDied)
      body += fmt::format(
          ", \\\n  data index {} using 3:1 with points pointtype 2 pointsize 1.2 linewidth 2 lc rgb "
          "'#000000' title 'death'",
          block);
    ++block;
  }
  std::string runs;
  for (const auto& [run, begin] : sweep.runs) {
    if (sweep.runs.size() < 2) break;
    runs += fmt::format(
        "set arrow from first {0:.6g}, graph 0 to first {0:.6g}, graph 1 nohead dashtype 3 lc rgb "
        "'#000000'\n",
        begin / scale);
  }
  frame.body = fmt::format(
      "set title title\n"
      "set border 3 lc rgb '#595959'; set tics nomirror out; set grid x lc rgb '#d9d9d9' dashtype 1\n"
      "set key outside below center horizontal Left reverse spacing 1.4\n"
      "set xrange [0:{:.6g}]; set yrange [{}.6:{}.4]; set ytics {}; set xlabel 'time ({})' offset 0,.5; set "
      "ylabel "
      "'rank'\n"
      "{}{}\n",
      std::max(sweep.end, 1e-3) / scale, sweep.last_rank, sweep.first_rank - 1, ranks <= 40 ? "1" : "auto",
      word, runs, body);
  return {name, title, data, gnuplot_script(frame)};
}

}  // namespace

std::vector<Plot> gantt_plots(const Table& table, const std::string& name,
                              const std::vector<PictureKind>& kinds) {
  std::vector<Plot> plots;
  for (const Sweep& sweep : sweeps_in(table)) {
    const std::string own = plots.empty() ? name : fmt::format("{}_{}", name, plots.size() + 1);
    plots.push_back(plot_of(sweep, own, kinds, table.title.ends_with("[SYNTHETIC]") ? " [SYNTHETIC]" : ""));
  }
  return plots;
}

}  // namespace missmodal::results
