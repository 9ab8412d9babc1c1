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
// print it as people read it (results/sheet.h). Each ends with a line feed.
std::string format(const Table& table, Format format);

std::string format_csv(const Table& table);
std::string format_html(const Table& table);  // a fragment of a page; no Format, as it is no page of its own
std::string format_json(const Table& table);
std::string format_latex(const Table& table);
std::string format_markdown(const Table& table);
std::string format_text(const Table& table);

}  // namespace missmodal::results
