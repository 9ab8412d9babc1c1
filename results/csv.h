#pragma once
// Comma-separated values, RFC 4180: CRLF, quotes where a field needs them, NULL as an empty field.

#include <string>
#include <vector>

#include "results/table.h"

namespace missmodal::results {

std::string csv_field(const std::string& text);
std::string csv_line(const std::vector<std::string>& names);
std::string csv_line(const std::vector<Value>& row);

}  // namespace missmodal::results
