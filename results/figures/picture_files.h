#pragma once
// A plot's files: what it is drawn from, and the pictures where gnuplot is installed.

#include <filesystem>
#include <string>
#include <vector>

#include "results/figures/gnuplot.h"
#include "results/report_folder.h"

namespace missmodal::results {

// Of FILE.pdf, FILE.svg or FILE.png, in either case. Throws InputError for another ending, and for a name
// that no script can hold.
PictureKind picture_kind(const std::filesystem::path& file);

enum class Drawn { yes, no_gnuplot };

// Writes `file` and, beside it, .dat and .gp of the same name; only these two where gnuplot is not installed.
// plot.name is the file's name without its ending. Throws as OutputFile does, and RunError where gnuplot
// fails.
Drawn write_picture(const Plot& plot, const std::filesystem::path& file,
                    const std::vector<std::filesystem::path>& inputs);

struct Pictures {
  std::vector<ReportFile> files;  // .dat, .gp, and the pictures
  std::string svg;                // one of them; empty where gnuplot is not installed
};
Pictures pictures_of(const Plot& plot, const std::vector<PictureKind>& kinds);

// The SVG as an element of a page that holds several: its names begin with `prefix`, which is a word.
std::string svg_element(const std::string& svg, const std::string& prefix, const std::string& title);

}  // namespace missmodal::results
