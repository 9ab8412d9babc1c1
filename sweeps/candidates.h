#pragma once
// What the stages of a sweep may train, whatever points win.

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {

class Candidates {
 public:
  using Matters = std::function<bool(std::string_view key)>;
  // `variant`: nullptr in a search, and where the stage has none. `settings`: what is laid over the base.
  using Visit = std::function<void(const Variant* variant, const Settings& settings)>;

  // Beside what names the model only settings whose keys matter are looked at: of a large grid few different
  // ones remain.
  Candidates(std::int64_t sweep_seed, Matters matters);

  // Stages come in the file's order. One `from` a search that did not come is passed over.
  void visit(const Stage& stage, const Visit& visit);

 private:
  using Different = std::set<Settings>;
  bool is_kept(const std::string& key) const;
  Different over(const Different& below, const Settings& above) const;

  std::int64_t sweep_seed_;
  Matters matters_;
  std::map<std::string, Different> searched_;  // by the search's name
};

}  // namespace missmodal::sweeps
