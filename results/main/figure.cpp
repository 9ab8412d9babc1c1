// missmodal-report figure WORD DB...

#include <array>
#include <cstdio>
#include <memory>

#include "results/curve.h"
#include "results/figures/embedded_points.h"
#include "results/figures/picture_files.h"
#include "results/figures/plots.h"
#include "results/main/commands.h"
#include "results/report.h"
#include "sweeps/error.h"
#include "sweeps/exit_code.h"

namespace missmodal::results {

namespace {

// The table, the curve on a terminal, and the areas under it; a file of commas or JSON holds the table alone.
std::string figure_text(const ReportOptions& options) {
  const Exhibit exhibit = figure_exhibit(options.exhibit);
  if (exhibit == Exhibit::figure7)
    return format(embedded_points(report(exhibit, options.databases)), options.format);
  if (options.format == Format::csv || options.format == Format::json ||
      describe(exhibit).area_family.empty())
    return format(report(exhibit, options.databases), options.format);
  const auto tables = reports(std::array{exhibit, Exhibit::area}, options.databases);
  std::string text = format(tables.front(), options.format);
  if (options.format == Format::text) text.append("\n").append(curve_text(tables.front()));
  if (const Table below = area_below(exhibit, tables.back()); !below.rows.empty())
    text.append("\n").append(format(below, options.format));
  return text;
}

// Trouble where gnuplot is not installed: there is no such file then.
int write_figure(const ReportOptions& options, const std::filesystem::path& file) {
  const PictureKind kind = picture_kind(file);
  const Exhibit exhibit = figure_exhibit(options.exhibit);
  const auto pictures = plots(exhibit, report(exhibit, options.databases), file.stem().string(), {kind});
  if (pictures.empty())
    throw InputError(options.databases.front().string(), exhibit == Exhibit::figure7
                                                             ? std::string(kNoRepresentations)
                                                             : "holds nothing of this figure yet");
  int exit_code = kExitOk;
  for (const Plot& plot : pictures) {
    const auto own = file.parent_path() / (plot.name + file.extension().string());
    if (write_picture(plot, own, options.databases) == Drawn::yes) continue;
    const std::string script = std::filesystem::path(own).replace_extension(".gp").string();
    std::fprintf(stderr, "%s: not drawn: %s; %s and its data are written\n", own.c_str(), kNoGnuplot.data(),
                 script.c_str());
    exit_code = kExitTrouble;
  }
  return exit_code;
}

}  // namespace

void add_figure(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "figure",
      "Print or draw a curve: with and without MissModal as ever more is missing, and the area below");
  command
      ->add_option("figure", options->exhibit,
                   "3 (MOSI) or 4 (MOSEI) text missing, 5 or 6 random subsets; 7: t-SNE of MissModal's "
                   "representations "
                   "(takes seconds); missing_rate, instance as other "
                   "protocols define them; search: score over the point; training: loss by epoch; gantt: "
                   "who ran what when")
      ->required();
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  add_format(*command, options->format, "text, markdown, latex, csv or json");
  command
      ->add_option(
          "-o,--output", options->output,
          "draw it into this .pdf, .svg or .png; its data (.dat) and gnuplot's script (.gp) stay beside it")
      ->option_text("FILE")
      ->excludes(command->get_option("--format"));
  command->callback([options, &exit_code] {
    if (options->output) {
      exit_code = write_figure(*options, *options->output);
    } else {
      std::fputs(figure_text(*options).c_str(), stdout);
    }
  });
}

}  // namespace missmodal::results
