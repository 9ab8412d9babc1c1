#pragma once
// The files of the page, built into the program (results/web/page, and Chart.js where Debian's package was
// there).

#include <string>
#include <string_view>

#include "results/web/response.h"

namespace missmodal::results::web {

struct Asset {
  std::string_view name;
  std::string_view type;
  Bytes body;
};

// Null where there is none of that name.
const Asset* find_asset(std::string_view name);

// {"version": ..., "charts": true, "licence": Chart.js's}
std::string about_json(const std::string& version);

}  // namespace missmodal::results::web
