#pragma once
// A status for Prometheus.

#include <string>

#include "results/status.h"

namespace missmodal::results::web {

// Text format 0.0.4. docs/web.md lists the names.
std::string metrics_text(const Status& status, const std::string& version);

}  // namespace missmodal::results::web
