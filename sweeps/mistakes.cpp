#include "sweeps/mistakes.h"

#include <algorithm>
#include <limits>

namespace missmodal::sweeps {
namespace {

bool from_override(const YamlNode& node) {
  return node.line == 0;
}

}  // namespace

void Mistakes::add(const YamlNode& where, std::string_view path, std::string reason) {
  Entry entry;
  entry.path = path;
  entry.line = from_override(where) ? std::numeric_limits<int>::max() : where.line;
  entry.mistake.place = where.place;
  if (!from_override(where) && !path.empty()) entry.mistake.place += ": " + std::string(path);
  entry.mistake.reason = std::move(reason);
  entries_.push_back(std::move(entry));
}

bool Mistakes::has(std::string_view path) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.path == path; });
}

void Mistakes::throw_if_any() const {
  if (entries_.empty()) return;
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry& a, const Entry& b) { return a.line < b.line; });
  std::vector<Mistake> mistakes;
  for (Entry& entry : sorted) mistakes.push_back(std::move(entry.mistake));
  throw InputError(std::move(mistakes));
}

}  // namespace missmodal::sweeps
