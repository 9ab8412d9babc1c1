#include "results/figures/picture_files.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "results/escape_html.h"
#include "sweeps/error.h"
#include "sweeps/output_file.h"

namespace missmodal::results {

namespace {

void commit(OutputFile& output, const std::string& bytes) {
  output.append(bytes.data(), bytes.size());
  output.commit();
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

PictureKind picture_kind(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    throw InputError("--output", "a picture's name holds no control characters");
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  for (const PictureKind kind : {PictureKind::svg, PictureKind::pdf, PictureKind::png}) {
    if (ending.size() == 4 && ending.substr(1) == suffix(kind)) return kind;
  }
  throw InputError(file.string(), "a picture's name ends with .pdf, .svg or .png");
}

Drawn write_picture(const Plot& plot, const std::filesystem::path& file,
                    const std::vector<std::filesystem::path>& inputs) {
  OutputFile picture(file, inputs);
  OutputFile data(std::filesystem::path(file).replace_extension(".dat"), inputs);
  OutputFile script(std::filesystem::path(file).replace_extension(".gp"), inputs);
  commit(data, plot.data);
  commit(script, plot.script);
  const auto bytes = draw(plot, {picture_kind(file)});
  if (!bytes) return Drawn::no_gnuplot;
  commit(picture, bytes->front());
  return Drawn::yes;
}

Pictures pictures_of(const Plot& plot, const std::vector<PictureKind>& kinds) {
  Pictures pictures{{{plot.name + ".dat", plot.data}, {plot.name + ".gp", plot.script}}, ""};
  const auto drawn = draw(plot, kinds);
  if (!drawn) return pictures;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] == PictureKind::svg) pictures.svg = (*drawn)[i];
    pictures.files.push_back({plot.name + "." + std::string(suffix(kinds[i])), (*drawn)[i]});
  }
  return pictures;
}

std::string svg_element(const std::string& svg, const std::string& prefix, const std::string& title) {
  const std::size_t begin = svg.find("<svg");
  const std::size_t opened = svg.find('>', begin);
  MISSMODAL_CHECK(begin != std::string::npos && opened != std::string::npos);
  std::string element = svg.substr(opened + 1);
  const std::size_t box = svg.find("viewBox=\"", begin);
  MISSMODAL_CHECK(box < opened);
  const std::string view = svg.substr(box, svg.find('"', box + 9) + 1 - box);
  // gnuplot's own title is the same for all.
  if (const std::size_t own = element.find("<title>"); own != std::string::npos && own < element.find("<g "))
    element.erase(own, element.find("</title>", own) + 8 - own);
  for (const auto& [from, to] : {std::pair<std::string_view, std::string>{"id=\"", "id=\"" + prefix + "_"},
                                 {"id='", "id='" + prefix + "_"},
                                 {"xlink:href='#", "href='#" + prefix + "_"},
                                 {"url(#", "url(#" + prefix + "_"}})
    replace_all(element, from, to);
  return "<svg " + view + " role=\"img\" aria-label=\"" + escape_html(title) + "\">" + element;
}

}  // namespace missmodal::results
