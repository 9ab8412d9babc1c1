#include "results/figures/training_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "results/figures/palette.h"
#include "results/figures/panel.h"
#include "results/figures/row.h"
#include "results/plain_text.h"

namespace missmodal::results {

namespace {

struct Epoch {
  std::int64_t epoch = 0;
  double loss = 0;
  double valid_mae = 0;
};

struct Training {
  std::string model;
  std::string remark;
  std::int64_t seed = 0;
  std::vector<Epoch> epochs;
};

struct Dataset {
  std::string name;
  std::vector<Training> trainings;
};

std::vector<Dataset> datasets_in(const Table& table) {
  std::vector<Dataset> datasets;
  for (const auto& values : table.rows) {
    const Row row(table, values);
    if (datasets.empty() || datasets.back().name != row.text("dataset"))
      datasets.push_back({row.text("dataset"), {}});
    auto& trainings = datasets.back().trainings;
    const Epoch epoch{row.whole("epoch"), row.number("loss"), row.number("valid_mae")};
    if (trainings.empty() || trainings.back().model != row.text("model") ||
        trainings.back().remark != row.text("remark") || trainings.back().seed != row.whole("seed") ||
        trainings.back().epochs.back().epoch >= epoch.epoch)
      trainings.push_back({row.text("model"), row.text("remark"), row.whole("seed"), {}});
    trainings.back().epochs.push_back(epoch);
  }
  return datasets;
}

std::string shown(double number) {
  return std::isnan(number) ? "NaN" : fmt::format("{:.6g}", number);
}

std::string data_of(const Dataset& dataset) {
  std::string text = "# epoch, loss, MAE on the validation split\n";
  for (std::size_t i = 0; i < dataset.trainings.size(); ++i) {
    const Training& training = dataset.trainings[i];
    text += fmt::format("{}# {} {}, seed {}\n", i == 0 ? "" : "\n\n", plain_text(training.model, 60),
                        plain_text(training.remark, 200), training.seed);
    for (const Epoch& epoch : training.epochs)
      text += fmt::format("{} {} {}\n", epoch.epoch, shown(epoch.loss), shown(epoch.valid_mae));
  }
  return text;
}

std::string style(const std::string& model) {
  const Stroke stroke = stroke_of(model);
  return fmt::format("lc rgb '{}' dashtype {}", stroke.colour, stroke.dashes);
}

std::string lines(const Dataset& dataset, int column) {
  std::string text;
  for (std::size_t i = 0; i < dataset.trainings.size(); ++i) {
    text += fmt::format("{} data index {} using 1:{} with lines {} linewidth 1.2 notitle",
                        i == 0 ? "plot" : ", \\\n ", i, column, style(dataset.trainings[i].model));
  }
  return text + "\n";
}

// One entry for each model, with the number of its trainings.
std::string key(const Dataset& dataset, std::string& strings) {
  std::vector<std::string> models;
  for (const Training& training : dataset.trainings) {
    if (std::find(models.begin(), models.end(), training.model) == models.end())
      models.push_back(training.model);
  }
  std::string text =
      "unset title; unset xlabel; unset border; unset tics; unset grid\n"
      "set key at graph 0,.95 left top Left reverse samplen 4 spacing 1.25\n"
      "set xrange [0:1]; set yrange [0:1]\n"
      "plot 2 notitle";
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto count = std::count_if(dataset.trainings.begin(), dataset.trainings.end(),
                                     [&](const Training& training) { return training.model == models[i]; });
    strings += fmt::format("label_{} = {}\n", i,
                           gnuplot_string(fmt::format("{}, {} seeds", plain_text(models[i], 24), count)));
    text += fmt::format(", \\\n  keyentry with lines {} linewidth 2 title label_{}", style(models[i]), i);
  }
  return text + "\n";
}

}  // namespace

std::vector<Plot> training_plots(const Table& table, const std::string& name,
                                 const std::vector<PictureKind>& kinds) {
  std::vector<Plot> plots;
  for (const Dataset& dataset : datasets_in(table)) {
    const std::string own = plots.empty() ? name : fmt::format("{}_{}", name, plots.size() + 1);
    Range losses;
    Range scores;
    std::int64_t last = 2;
    for (const Training& training : dataset.trainings) {
      last = std::max(last, training.epochs.back().epoch);
      for (const Epoch& epoch : training.epochs) {
        losses.add(epoch.loss);
        scores.add(epoch.valid_mae);
      }
    }
    Frame frame{.name = own, .kinds = kinds, .height = 360};
    const std::string mark = table.title.ends_with("[SYNTHETIC]") ? " [SYNTHETIC]" : "";
    const std::string title =
        fmt::format("Training: loss and validation MAE by epoch. Dataset {}{}", dataset.name, mark);
    frame.strings = title_lines(title, "a line for each seed");
    const std::string key_plot = key(dataset, frame.strings);
    frame.body = fmt::format(
        "set multiplot layout 1,3 title title\n{}set xrange [1:{}]; set xtics {} nomirror out; set xlabel "
        "'epoch'\nset title 'loss'\n{}"
        "set title 'MAE on the validation split'\n{}{}unset multiplot\n",
        kPanelStyle, last, (last + 9) / 10, panel_plot(losses, [&] { return lines(dataset, 2); }),
        panel_plot(scores, [&] { return lines(dataset, 3); }), key_plot);
    plots.push_back({own, title, data_of(dataset), gnuplot_script(frame)});
  }
  return plots;
}

}  // namespace missmodal::results
