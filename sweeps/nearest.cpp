#include "sweeps/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace missmodal::sweeps {
namespace {

constexpr std::size_t kLongest =
    100;  // longer words are no typing mistakes, and the distance costs their product

std::string_view last_part(std::string_view dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

std::size_t tolerance(std::string_view word) {
  return std::max<std::size_t>(1, word.size() / 3);
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  std::string_view best;
  std::size_t best_distance = tolerance(word) + 1;
  if (word.empty() || word.size() > kLongest) return best;
  const auto offer = [&](std::string_view form, std::string_view candidate) {
    const std::size_t distance = edit_distance(word, form);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  };
  for (std::string_view candidate : known) offer(candidate, candidate);
  for (std::string_view candidate : known) offer(last_part(candidate), candidate);
  return best;
}

std::string unknown_key(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view guess = nearest(word, known);
  return guess.empty() ? "unknown key" : "unknown key; did you mean " + std::string(guess) + "?";
}

}  // namespace missmodal::sweeps
