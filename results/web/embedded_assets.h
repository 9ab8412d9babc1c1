#pragma once
// What CMake writes into the program from results/web/page and Debian's Chart.js.

#include <span>
#include <string_view>
#include <utility>

namespace missmodal::results::web {

std::span<const std::pair<std::string_view, std::string_view>> embedded_assets();  // name, text

}  // namespace missmodal::results::web
