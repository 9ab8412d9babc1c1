#include "results/web/cells.h"

#include <fmt/format.h>

namespace missmodal::results::web {

std::string cells_page(const std::vector<CellLine>& cells, const CellFilter& filter) {
  std::size_t total = 0;
  std::size_t shown = 0;
  std::string lines;
  for (const CellLine& cell : cells) {
    if (!filter.stage.empty() && cell.stage != filter.stage) continue;
    if (!filter.state.empty() && cell.state != filter.state) continue;
    if (total++ < filter.offset || shown == filter.limit) continue;
    if (shown++ > 0) lines += ",\n";
    lines += cell.json;
  }
  return fmt::format("{{\"total\":{},\"offset\":{},\"cells\":[{}]}}\n", total, filter.offset, lines);
}

}  // namespace missmodal::results::web
