#pragma once

#include <string>
#include <string_view>

namespace missmodal::results {

// Plain text (results/plain_text.h) as pdflatex prints it with no package: marks of its own are escaped; what
// its fonts lack is a question mark.
std::string escape_latex(std::string_view text);

}  // namespace missmodal::results
