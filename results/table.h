#pragma once
// A query's answer as data, and its five printed forms.

#include <cstddef>
#include <cstdint>
#include <optional>
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

// Where the column of that name stands; nothing if the table has none.
std::optional<std::size_t> find_column(const Table& table, std::string_view name);
// True if any row counts something in that column.
bool any_counted(const Table& table, std::string_view name);

// A column's name as people read it ("acc2_has0": "Acc2 has0"), and one value of that column.
std::string heading(const std::string& column);
std::string shown(const Value& value, const std::string& column);

enum class Format { text, markdown, latex, csv, json };

// csv (RFC 4180) and json (a list of objects) give every column and value as it is. text, markdown and latex
// print the sheet below. Each ends with a line feed.
std::string format(const Table& table, Format format);

// A table as people read it. A column X with its X_sd becomes `0.712 ±0.010`, seeds and planned become `3/5`,
// collapsed seeds a dagger and stale ones a double dagger at the model's name, NULL a `-`; `synthetic`,
// `undefined`, an empty `remark`, and a `dataset` or `draws` that is the same all over are left out (title
// and notes tell them). Accuracies and F1 have two digits, MAE and Corr three.
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
