#pragma once
// A query's answer as data, and its five printed forms.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace missmodal::results {

using Value = std::variant<std::monostate, std::int64_t, double, std::string>;  // monostate: NULL

struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;  // each as wide as `columns`
  std::vector<std::string> notes;        // printed below by text, markdown and latex
};

enum class Format { text, markdown, latex, csv, json };

// csv (RFC 4180) and json (a list of objects) give every column and value as it is. text, markdown and latex
// print the sheet below. Each ends with a line feed.
std::string format(const Table& table, Format format);

// A table as people read it. A column X with its X_sd becomes `0.712 ±0.010`, seeds and planned become `3/5`,
// collapsed seeds a dagger at the model's name; `synthetic`, an empty `remark` and a `dataset` that is the
// same all over are left out (title and notes tell them). Accuracies and F1 have two digits, MAE and Corr
// three.
struct Sheet {
  struct Column {
    std::string name;
    bool number = false;  // aligned to the right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};
Sheet sheet(const Table& table);

std::string format_csv(const Table& table);
std::string format_json(const Table& table);
std::string format_latex(const Table& table);
std::string format_markdown(const Table& table);
std::string format_text(const Table& table);

}  // namespace missmodal::results
