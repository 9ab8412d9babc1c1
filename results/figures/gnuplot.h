#pragma once
// gnuplot draws: a data file and a script that stay beside the picture, and a child process that runs the
// script.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace missmodal::results {

enum class PictureKind { svg, pdf, png };
std::string_view suffix(PictureKind kind);  // "svg"

struct Plot {
  std::string name;    // of its files, NAME.dat, NAME.gp, NAME.svg ...; no '/' and no control character
  std::string title;   // for people
  std::string data;    // what NAME.dat holds: numbers in blocks, names only in comments
  std::string script;  // what NAME.gp holds
};

// Text from a database as a string constant of gnuplot's language that stands for these characters and runs
// nothing: one line of at most `most` characters.
std::string gnuplot_string(std::string_view text, std::size_t most = 60);

// The assignment to `title` of a table's title over two lines, `explanation` being the end of the second. The
// mark of synthetic data is never cut off.
std::string title_lines(const std::string& table_title, std::string_view explanation);

struct Frame {
  std::string name;
  std::vector<PictureKind> kinds;
  int width = 960;  // of the SVG, in pixels; the others in proportion
  int height = 640;
  std::string strings = {};  // assignments that `body` uses: all that comes from a database stands here
  std::string body = {};  // draws once, from the file that the variable `data` names; repeated for each kind
};
// The whole script: `gnuplot NAME.gp` in the folder of NAME.dat writes one file of each kind.
std::string gnuplot_script(const Frame& frame);

// The pictures' bytes, in the order of `kinds`, drawn in a folder of its own that is gone afterwards; nothing
// where gnuplot is not installed. The same plot gives the same bytes on one machine. Throws RunError where
// gnuplot fails or takes longer than a minute.
std::optional<std::vector<std::string>> draw(const Plot& plot, const std::vector<PictureKind>& kinds);

// "gnuplot is not installed (Debian: gnuplot-nox)".
extern const std::string_view kNoGnuplot;

}  // namespace missmodal::results
