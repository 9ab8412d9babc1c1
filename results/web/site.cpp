#include "results/web/site.h"

#include <nlohmann/json.hpp>

namespace missmodal::results::web {

std::string news(const Site& site) {
  using Json = nlohmann::ordered_json;
  Json root{{"status", nullptr}, {"failures", 0}};
  if (site.status) {
    Status status = *site.status;
    root["failures"] = status.failures.size();
    if (status.failures.size() > kShownFailures) status.failures.resize(kShownFailures);
    root["status"] = Json::parse(status_json(status));
  }
  root["versions"] = {{"cells", site.cells.version},
                      {"search", site.searches.version},
                      {"tables", site.tables.version},
                      {"curves", site.curves.version}};
  return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace missmodal::results::web
