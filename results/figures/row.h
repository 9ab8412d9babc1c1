#pragma once
// One row of a table, read by its columns' names.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "results/table.h"

namespace missmodal::results {

class Row {
 public:
  // Both outlive it.
  Row(const Table& table, const std::vector<Value>& values) : table_(&table), values_(&values) {}

  // Preconditions: the table has the column, and the value is of that kind; of number() any, what is none is
  // NaN.
  const std::string& text(std::string_view column) const;
  std::int64_t whole(std::string_view column) const;
  double number(std::string_view column) const;
  const Value& value(std::string_view column) const;

 private:
  const Table* table_;
  const std::vector<Value>* values_;
};

}  // namespace missmodal::results
