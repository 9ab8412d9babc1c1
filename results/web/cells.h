#pragma once
// The plan's cells, page by page.

#include <cstddef>
#include <string>
#include <vector>

#include "results/web/site.h"

namespace missmodal::results::web {

inline constexpr std::size_t kCellsPerPage = 200;  // about 80 KB, and more than a screen shows

struct CellFilter {
  std::string stage;  // "" for all
  std::string state;  // "" for all
  std::size_t offset = 0;
  std::size_t limit = kCellsPerPage;
};

// {"total": how many the filter lets through, "offset": ..., "cells": [...]}
std::string cells_page(const std::vector<CellLine>& cells, const CellFilter& filter);

}  // namespace missmodal::results::web
