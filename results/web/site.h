#pragma once
// All that the page and the interface show, kept ready: no client's request computes anything long.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "results/status.h"
#include "results/web/response.h"

namespace missmodal::results::web {

// One place of a stage's plan.
struct CellLine {
  std::string stage;
  std::string state;
  std::string json;  // an object
};

using NamedBytes = std::map<std::string, Bytes>;

// One part and how often it has changed: whoever shows it knows by that when to fetch it anew.
template <typename Content>
struct Part {
  Content content{};
  std::int64_t version = 0;  // 0: not read yet

  void replace(Content other) {
    content = std::move(other);
    ++version;
  }
};

struct Site {
  std::shared_ptr<const Status> status;                      // null until the first
  Part<std::shared_ptr<const std::vector<CellLine>>> cells;  // the stages in order, each by its plan
  Part<NamedBytes> searches;                                 // by stage
  Part<NamedBytes> tables;                                   // by name; "" is the list
  Part<Bytes> curves;
  std::string version;  // the program's
};

// The status as the page gets it: {"status": ..., "failures": how many, "versions": {"cells": 3, ...}}, in
// one line. Of the failures the latest kShownFailures.
inline constexpr std::size_t kShownFailures = 100;
std::string news(const Site& site);

}  // namespace missmodal::results::web
