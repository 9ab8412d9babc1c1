#include "results/report_page.h"

#include "results/escape_html.h"

namespace missmodal::results {

namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>
:root { color-scheme: light dark; --text: #1b1b1b; --page: #fff; --line: #b8b8b8; --soft: #595959; --link: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e8; --page: #161616; --line: #555; --soft: #b0b0b0; --link: #8ab4f8; }
}
body { margin: 0 auto; padding: 1rem; max-width: 78rem; color: var(--text); background: var(--page);
       font: 1rem/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .25rem 0; color: var(--soft); }
th, td { padding: .15rem .6rem; text-align: left; vertical-align: top; }
thead th { border-top: 2px solid var(--text); border-bottom: 1px solid var(--text); }
tbody tr:last-child td { border-bottom: 2px solid var(--text); }
tr.apart td { border-top: 1px solid var(--line); }
tr.below td { color: var(--soft); font-size: .8rem; } tr.below td:first-child { padding-left: 1.6rem; }
.number { text-align: right; white-space: nowrap; }
td:not(.number) { overflow-wrap: anywhere; min-width: 4rem; }
small { color: var(--soft); }
.notes { padding-left: 1.1rem; color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; background: #fff; }
</style>
)";

// "Table 1: complete modalities" of "Table 1: complete modalities. Dataset MOSI".
std::string short_title(const std::string& title) {
  return title.substr(0, title.find(". Dataset"));
}

std::string figure_section(const ReportFigure& figure) {
  std::string text =
      "<section id=\"" + figure.name + "\">\n<h2>" + escape_html(short_title(figure.title)) + "</h2>\n";
  if (!figure.elements.empty()) text += "<figure>" + figure.elements + "</figure>\n";
  text += "<p>";
  for (const std::string& plot : figure.plots) {
    for (const char* kind : {"gp", "dat"})
      text += "<a href=\"" + plot + "." + kind + "\">" + plot + "." + kind + "</a> ";
    if (figure.drawn) {
      for (const char* kind : {"svg", "pdf", "png"})
        text += "<a href=\"" + plot + "." + kind + "\">" + plot + "." + kind + "</a> ";
    }
  }
  return text + "</p>\n</section>\n";
}

}  // namespace

std::string report_page(std::string_view heading, const std::vector<ReportSection>& sections,
                        const std::vector<ReportFigure>& figures) {
  std::string page(kHead);
  page += "<title>" + escape_html(heading) + "</title>\n</head>\n<body>\n<h1>" + escape_html(heading) +
          "</h1>\n<nav aria-label=\"tables\"><ul>\n";
  for (const ReportSection& section : sections)
    page += "<li><a href=\"#" + section.name + "\">" + escape_html(short_title(section.table.title)) +
            "</a></li>\n";
  for (const ReportFigure& figure : figures)
    page += "<li><a href=\"#" + figure.name + "\">" + escape_html(short_title(figure.title)) + "</a></li>\n";
  page += "</ul></nav>\n<main>\n";
  for (const ReportSection& section : sections) {
    page += "<section id=\"" + section.name + "\">\n<h2>" + escape_html(short_title(section.table.title)) +
            "</h2>\n";
    // Figures stand here.
    if (!section.figure.empty()) page += "<figure>" + section.figure + "</figure>\n";
    page += format_html(section.table);
    page += "<p>";
    for (const char* kind : {"md", "tex", "csv"}) {
      page += "<a href=\"" + section.name + "." + kind + "\">" + section.name + "." + kind + "</a> ";
    }
    page += "</p>\n</section>\n";
  }
  for (const ReportFigure& figure : figures) page += figure_section(figure);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace missmodal::results
