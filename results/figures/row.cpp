#include "results/figures/row.h"

#include <limits>

#include "sweeps/error.h"

namespace missmodal::results {

const std::string& Row::text(std::string_view column) const {
  return std::get<std::string>(value(column));
}

std::int64_t Row::whole(std::string_view column) const {
  return std::get<std::int64_t>(value(column));
}

double Row::number(std::string_view column) const {
  const Value& found = value(column);
  if (const auto* whole = std::get_if<std::int64_t>(&found)) return static_cast<double>(*whole);
  const auto* real = std::get_if<double>(&found);
  return real == nullptr ? std::numeric_limits<double>::quiet_NaN() : *real;
}

const Value& Row::value(std::string_view column) const {
  const auto found = find_column(*table_, column);
  MISSMODAL_CHECK(found);
  return (*values_)[*found];
}

}  // namespace missmodal::results
