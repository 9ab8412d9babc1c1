#include "results/web/assets.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "results/web/embedded_assets.h"

namespace missmodal::results::web {

namespace {

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return kPlain;
}

const std::vector<Asset>& assets() {
  static const std::vector<Asset> kAssets = [] {
    std::vector<Asset> all;
    for (const auto& [name, text] : embedded_assets())
      all.push_back({name, type_of(name), bytes(std::string(text))});
    return all;
  }();
  return kAssets;
}

}  // namespace

const Asset* find_asset(std::string_view name) {
  const auto& all = assets();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Asset& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string about_json(const std::string& version) {
  const Asset* licence = find_asset("chart.licence");
  return nlohmann::ordered_json{{"version", version},
                                {"charts", find_asset("chart.js") != nullptr},
                                {"licence", licence == nullptr ? "" : *licence->body}}
             .dump() +
         "\n";
}

}  // namespace missmodal::results::web
