#include "results/figures/embedding_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <string_view>
#include <tuple>

#include "results/figures/row.h"
#include "results/plain_text.h"

namespace missmodal::results {

namespace {

// Okabe and Ito's colours and a point of its own each: full ones for one modality, hollow ones for two.
struct Kind {
  std::string_view name;
  std::string_view colour;
  int points;
};
constexpr std::array<Kind, 7> kSubsetKinds{{{"TAV", "#0072b2", 7},
                                            {"T", "#d55e00", 9},
                                            {"A", "#009e73", 5},
                                            {"V", "#000000", 13},
                                            {"TA", "#cc79a7", 8},
                                            {"TV", "#e69f00", 10},
                                            {"AV", "#56b4e9", 4}}};
constexpr std::array<Kind, 3> kSentiments{
    {{"negative", "#d55e00", 11}, {"neutral", "#000000", 2}, {"positive", "#0072b2", 6}}};

struct EmbeddedPoint {
  std::string subset;
  double label = 0;
  double x = 0;
  double y = 0;
};

// One model's, of one database.
struct Clouds {
  std::string dataset;
  std::string remark;
  std::int64_t seed = 0;
  std::vector<EmbeddedPoint> before;
  std::vector<EmbeddedPoint> after;
};

// A moment that comes again begins another model: two databases of one dataset.
std::vector<Clouds> clouds_in(const Table& points) {
  std::vector<Clouds> all;
  for (const auto& values : points.rows) {
    const Row row(points, values);
    const bool before = row.text("moment") == "before";
    const auto key = std::tuple(row.text("dataset"), row.text("remark"), row.whole("seed"));
    if (all.empty() || std::tuple(all.back().dataset, all.back().remark, all.back().seed) != key ||
        (before && !all.back().after.empty())) {
      all.push_back({row.text("dataset"), row.text("remark"), row.whole("seed"), {}, {}});
    }
    auto& cloud = before ? all.back().before : all.back().after;
    cloud.push_back({row.text("subset"), row.number("label"), row.number("x"), row.number("y")});
  }
  std::erase_if(all, [](const Clouds& one) { return one.before.empty() || one.after.empty(); });
  return all;
}

std::string_view sentiment(const EmbeddedPoint& point) {
  return kSentiments[point.label < 0 ? 0 : point.label > 0 ? 2 : 1].name;
}

// A block of the data for each kind of point, also where there is none.
template <typename Kinds, typename NameOf>
std::string blocks(std::string_view title, const Kinds& kinds, const std::vector<EmbeddedPoint>& cloud,
                   NameOf name_of) {
  std::string text;
  for (const Kind& kind : kinds) {
    text += fmt::format("# {}: {}\n", title, kind.name);
    bool any = false;
    for (const EmbeddedPoint& point : cloud) {
      if (name_of(point) != kind.name) continue;
      text += fmt::format("{} {}\n", point.x, point.y);
      any = true;
    }
    text += any ? "\n\n" : "NaN NaN\n\n\n";
  }
  return text;
}

std::string data_of(const Clouds& clouds) {
  const auto subset = [](const EmbeddedPoint& point) { return std::string_view(point.subset); };
  return "# x and y by t-SNE\n" + blocks("before training", kSubsetKinds, clouds.before, subset) +
         blocks("after training", kSubsetKinds, clouds.after, subset) +
         blocks("after training", kSentiments, clouds.after, sentiment);
}

std::string style(const Kind& kind) {
  return fmt::format("lc rgb '{}' pointtype {} pointsize small linewidth .7", kind.colour, kind.points);
}

// A square around the origin, where the clouds' centre lies: units mean nothing, so none are shown.
template <typename Kinds>
std::string panel(std::string_view title, double left, const Kinds& kinds, std::size_t first_block,
                  const std::vector<EmbeddedPoint>& cloud) {
  double reach = 1e-3;
  for (const EmbeddedPoint& point : cloud) reach = std::max({reach, std::abs(point.x), std::abs(point.y)});
  std::string text = fmt::format(
      "set origin {},.17; set size .333,.70; set title '{}'\nset xrange [-{:.6g}:{:.6g}]; set yrange "
      "[-{:.6g}:{:.6g}]\n",
      left, title, 1.05 * reach, 1.05 * reach, 1.05 * reach, 1.05 * reach);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    text += fmt::format("{} data index {} using 1:2 with points {} notitle", i == 0 ? "plot" : ", \\\n ",
                        first_block + i, style(kinds[i]));
  }
  return text + "\n";
}

template <typename Kinds>
std::string key(double left, double width, int spacing, const Kinds& kinds) {
  std::string text = fmt::format(
      "set origin {},0; set size {},.17\n"
      "set key at graph .5,.9 center top maxrows 1 Left reverse samplen 1 width {}\n"
      "plot 2 notitle",
      left, width, spacing);
  for (const Kind& kind : kinds) {
    text += fmt::format(", \\\n  keyentry with points lc rgb '{}' pointtype {} pointsize 1 title '{}'",
                        kind.colour, kind.points, kind.name);
  }
  return text + "\n";
}

std::string body(const Clouds& clouds) {
  return "small = kind eq 'png' ? .55 : .38\nset multiplot title title\n"
         "set border 15 lc rgb '#595959'; unset tics; unset key; set margins 1,1,0,2\n" +
         panel("before training, by modalities", 0, kSubsetKinds, 0, clouds.before) +
         panel("after training, by modalities", .333, kSubsetKinds, 7, clouds.after) +
         panel("after training, by sentiment", .666, kSentiments, 14, clouds.after) +
         "unset title; unset border; set xrange [0:1]; set yrange [0:1]\n" + key(0, .666, 2, kSubsetKinds) +
         key(.666, .333, -1, kSentiments) + "unset multiplot\n";
}

}  // namespace

std::vector<Plot> embedding_plots(const Table& points, const std::string& name,
                                  const std::vector<PictureKind>& kinds) {
  std::vector<Plot> plots;
  for (const Clouds& clouds : clouds_in(points)) {
    const std::string own = plots.empty() ? name : fmt::format("{}_{}", name, plots.size() + 1);
    const std::string mark = points.title.ends_with("[SYNTHETIC]") ? " [SYNTHETIC]" : "";
    const std::string title =
        fmt::format("Figure 7: t-SNE of the representations. Dataset {}{}", clouds.dataset, mark);
    Frame frame{.name = own, .kinds = kinds, .height = 460};
    std::string explanation =
        fmt::format("MissModal, seed {}, {} test utterances", clouds.seed, clouds.after.size() / 7);
    if (!clouds.remark.empty()) explanation += ", " + plain_text(clouds.remark, 40);
    frame.strings = title_lines(title, explanation);
    frame.body = body(clouds);
    plots.push_back({own, title, data_of(clouds), gnuplot_script(frame)});
  }
  return plots;
}

}  // namespace missmodal::results
