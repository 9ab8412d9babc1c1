#pragma once
// A table as people read it, before it becomes text, Markdown, LaTeX or HTML.

#include <string>
#include <vector>

#include "results/marks.h"
#include "results/table.h"

namespace missmodal::results {

// A column X with its X_sd is one, seeds and planned become `3/5`, collapsed seeds a dagger and stale ones a
// double dagger at the model's name, NULL a `-`. A difference is followed by a row with its 95 % intervals
// and one with its p. `synthetic`, `undefined`, an empty `remark`, and a `dataset` or `draws` that is the
// same all over are left out (title and notes tell them). Accuracies and F1 have two digits, MAE and Corr
// three, a p four. All texts are plain (results/plain_text.h).
struct Sheet {
  struct Part {
    std::string text;
    std::string spread = {};  // "±0.71", or nothing
    Mark mark = Mark::none;
  };
  using Cell = std::vector<Part>;  // several where columns share one: has0 and non0
  struct Column {
    std::string name;
    bool number = false;  // aligned to the right
    bool wide = false;    // a transcript: several lines where there is room for them
  };
  struct Row {
    std::vector<Cell> cells;
    bool below = false;  // says more about the row above it
    bool apart = false;  // under another condition than the row above it
  };
  std::vector<Column> columns;
  std::vector<Row> rows;
  bool marked = false;  // any of them
};

// `each` metric in a column of its own, in the table's order; or as papers print them: Acc7, Acc2 and F1 as
// has0/non0, MAE, Corr.
enum class Columns { each, joined };
Sheet sheet(const Table& table, Columns columns = Columns::each);

// "49.50 ±0.71 / 51.50 ±0.71", without marks.
std::string plain(const Sheet::Cell& cell);

inline constexpr std::string_view kMarksNote =
    "bold: the best of the rows under the same condition; underlined: the second best of three or more";

}  // namespace missmodal::results
