// missmodal-report all DB...

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "results/curve.h"
#include "results/figures/picture_files.h"
#include "results/figures/plots.h"
#include "results/main/commands.h"
#include "results/report.h"
#include "results/report_folder.h"
#include "results/report_page.h"

namespace missmodal::results {

namespace {

// Tables 3 and 4, figures 3 and 4, 5 and 6, and a protocol's table and figure, are one query each; `all`
// prints it once.
std::vector<Exhibit> exhibits(const ReportOptions& options) {
  return {Exhibit::table1,
          Exhibit::table2,
          Exhibit::table3,
          Exhibit::table5,
          Exhibit::table6,
          Exhibit::table7,
          options.cost ? Exhibit::cost : Exhibit::table8,
          Exhibit::figure3,
          Exhibit::figure5,
          Exhibit::missmac,
          Exhibit::missing_rate,
          Exhibit::instance,
          Exhibit::imbalanced,
          Exhibit::area};
}

// The paper's own are always printed.
bool is_of_the_paper(Exhibit exhibit) {
  const std::string_view name = describe(exhibit).name;
  return name.starts_with("table") || name.starts_with("figure") || exhibit == Exhibit::cost;
}

constexpr std::array kPictures{Exhibit::figure7, Exhibit::search, Exhibit::training, Exhibit::gantt};

// missmac shares its fixed conditions with the paper: they alone are no such evaluation.
bool is_evaluated(Exhibit exhibit, const Table& table) {
  if (exhibit != Exhibit::missmac) return !table.rows.empty();
  const auto condition = find_column(table, "condition");
  return condition && std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
           const auto& text = std::get<std::string>(row[*condition]);
           return text.starts_with("missing_rate") || text.starts_with("instance");
         });
}

std::string printed(Exhibit exhibit, const Table& table, Format one) {
  std::string text = format(table, one);
  const bool curve = !describe(exhibit).area_family.empty();
  if (curve && one == Format::text) text.append("\n").append(curve_text(table));
  return text;
}

struct Reported {
  Exhibit exhibit;
  Table table;
};

std::vector<Reported> reported(const ReportOptions& options) {
  std::vector<Exhibit> wanted = exhibits(options);
  // Of the folder alone: they are pictures, their tables long.
  if (options.output) wanted.insert(wanted.end(), kPictures.begin(), kPictures.end());
  std::vector<Table> tables = reports(wanted, options.databases, options.quotes);
  std::vector<Reported> reported;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_of_the_paper(wanted[i]) || is_evaluated(wanted[i], tables[i]))
      reported.push_back({wanted[i], std::move(tables[i])});
  }
  return reported;
}

std::string all_text(const ReportOptions& options) {
  const bool json = options.format == Format::json;
  std::string text;
  for (const auto& [exhibit, table] : reported(options)) {
    if (json) {
      text += text.empty() ? "{\n" : ",\n";
      text.append("\"").append(describe(exhibit).name).append("\": ");
    } else if (!text.empty()) {
      text += "\n";
    }
    text += printed(exhibit, table, options.format);
    if (json) text.pop_back();
  }
  return json ? text + "\n}\n" : text;
}

// "MissModal: Dataset MOSI, MOSEI [SYNTHETIC]".
std::string heading(const std::vector<Reported>& tables) {
  const std::string& title = tables.front().table.title;
  return "MissModal: " + title.substr(title.find("Dataset"));
}

const std::vector<PictureKind> kKinds{PictureKind::svg, PictureKind::pdf, PictureKind::png};

// Adds what each plot is drawn from and the pictures; returns them as elements of the page.
std::string add_pictures(const std::vector<Plot>& plots, std::vector<ReportFile>& files, bool& undrawn) {
  std::string elements;
  for (const Plot& plot : plots) {
    Pictures pictures = pictures_of(plot, kKinds);
    std::move(pictures.files.begin(), pictures.files.end(), std::back_inserter(files));
    undrawn = undrawn || pictures.svg.empty();
    if (!pictures.svg.empty()) elements += svg_element(pictures.svg, plot.name, plot.title);
  }
  return elements;
}

// A line for each database that has nothing of Figure 7.
void say_what_is_missing(const std::filesystem::path& folder, const Table& representations) {
  for (const std::string& note : representations.notes) {
    if (note.ends_with(kNoRepresentations))
      std::fprintf(stderr, "%s: no figure 7: %s\n", folder.c_str(), note.c_str());
  }
}

void write_folder(const ReportOptions& options) {
  std::vector<Reported> tables = reported(options);
  const auto is_table = [](const Reported& one) {
    return std::find(kPictures.begin(), kPictures.end(), one.exhibit) == kPictures.end();
  };
  const auto first_picture = std::stable_partition(tables.begin(), tables.end(), is_table);
  const std::vector<Reported> pictured(first_picture, tables.end());
  tables.erase(first_picture, tables.end());
  const std::string title = heading(tables);
  std::vector<ReportFile> files;
  std::vector<ReportSection> sections;
  bool undrawn = false;
  for (auto& [exhibit, table] : tables) {
    const std::string name(describe(exhibit).name);
    files.push_back({name + ".md", format(table, Format::markdown)});
    files.push_back({name + ".tex", format(table, Format::latex)});
    files.push_back({name + ".csv", format(table, Format::csv)});
    std::string figure = add_pictures(plots(exhibit, table, name, kKinds), files, undrawn);
    sections.push_back({name, std::move(figure), std::move(table)});
  }
  std::vector<ReportFigure> figures;
  for (const auto& [exhibit, table] : pictured) {
    const std::vector<Plot> drawn = plots(exhibit, table, std::string(describe(exhibit).name), kKinds);
    if (exhibit == Exhibit::figure7) say_what_is_missing(*options.output, table);
    if (drawn.empty()) continue;
    std::string elements = add_pictures(drawn, files, undrawn);
    const bool pictures = !elements.empty();
    // It tells times: the page stays the same for the same results.
    if (exhibit == Exhibit::gantt) elements.clear();
    figures.push_back({std::string(describe(exhibit).name), table.title, std::move(elements), {}, pictures});
    for (const Plot& plot : drawn) figures.back().plots.push_back(plot.name);
  }
  files.push_back({"index.html", report_page(title, sections, figures)});  // last: it names the others
  write_report_folder(*options.output, files);
  std::printf("%s\n", (*options.output / "index.html").c_str());
  if (undrawn) {
    std::fprintf(stderr, "%s: figures not drawn: %s; their data and scripts are written\n",
                 options.output->c_str(), kNoGnuplot.data());
  }
}

}  // namespace

void add_all(CLI::App& app, int& /*exit_code*/) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand(
      "all", "Print the paper's tables and curve, and what else the sweep evaluated, with the areas");
  command->add_option("databases", options->databases, "one or several databases, side by side")->required();
  std::map<std::string, Format> formats = kFormats;
  formats.erase("csv");  // a file of commas holds one table
  add_format(*command, options->format, "text, markdown, latex or json (an object, one list a table)",
             formats);
  CLI::Option* format = command->get_option("--format");
  command
      ->add_option("-o,--output", options->output,
                   "write every table as .md, .tex and .csv, every figure as .svg, .pdf and .png, and an "
                   "index.html, into this folder")
      ->option_text("DIR")
      ->excludes(format);
  add_quoted_flag(*command, options->quotes);
  command->add_flag("--cost", options->cost, "table 8 with times and memory, which differ from run to run");
  command->callback([options] {
    if (options->output) {
      write_folder(*options);
    } else {
      std::fputs(all_text(*options).c_str(), stdout);
    }
  });
}

}  // namespace missmodal::results
