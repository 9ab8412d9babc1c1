#include "trainer/data/source/mistake_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace missmodal::trainer {

namespace {

// "mosi.pkl: .audio" of "mosi.pkl: train.audio".
std::string without_split(std::string place) {
  for (const std::string split : {": train", ": valid", ": test"}) {
    const std::size_t at = place.rfind(split);
    const std::size_t end = at + split.size();
    const bool whole = at != std::string::npos &&
                       (end == place.size() || place[end] == '.' || place[end] == '[' || place[end] == ':');
    if (whole) return place.erase(at + 2, split.size() - 2);
  }
  return place;
}

}  // namespace

void MistakeList::add(std::string place, std::string reason) {
  const auto same = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.mistake.reason == reason && without_split(entry.mistake.place) == without_split(place);
  });
  if (same != entries_.end()) {
    ++same->more;
  } else {
    entries_.push_back({{std::move(place), std::move(reason)}, 0});
  }
}

void MistakeList::throw_if_any() const {
  if (entries_.empty()) return;
  std::vector<Mistake> mistakes;
  for (const auto& [mistake, more] : entries_) {
    const std::string others = more == 0 ? "" : fmt::format(" (and so in {} more splits)", more);
    mistakes.push_back({mistake.place, mistake.reason + others});
  }
  throw InputError(std::move(mistakes));
}

}  // namespace missmodal::trainer
