#pragma once
// How a model is drawn: the same in every picture. Okabe and Ito's colours, which colour-blind people tell
// apart, each with dashes and points of its own for print without colour.

#include <string_view>

namespace missmodal::results {

struct Stroke {
  std::string_view colour;  // #rrggbb
  int dashes = 1;           // gnuplot's dash type, from 1 (solid)
  int points = 7;           // gnuplot's point type
};

// By the model's name in a table alone, whatever else is drawn beside it.
Stroke stroke_of(std::string_view model);

}  // namespace missmodal::results
