#include "sweeps/condition.h"

#include <array>
#include <charconv>

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 6> kFamilyNames{"complete", "subset", "text",
                                                       "audio",    "vision", "random"};

}  // namespace

std::string_view name(Family family) {
  return kFamilyNames[static_cast<unsigned>(family)];
}

std::optional<Family> parse_family(std::string_view text) {
  for (std::size_t i = 0; i < kFamilyNames.size(); ++i) {
    if (kFamilyNames[i] == text) return static_cast<Family>(i);
  }
  return std::nullopt;
}

std::string text(const Condition& condition) {
  const std::string family(name(condition.family));
  if (condition.family == Family::complete) return family;
  if (condition.family == Family::subset) return family + "/" + std::string(name(condition.subset));
  return family + "/" + std::to_string(condition.rate_percent);
}

std::optional<Condition> parse_condition(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Family> family = parse_family(text.substr(0, slash));
  if (!family) return std::nullopt;
  Condition condition{*family, Subset::TAV, 0};
  if (*family == Family::complete) {
    return slash == std::string_view::npos ? std::optional(condition) : std::nullopt;
  }
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(slash + 1);
  if (*family == Family::subset) {
    const std::optional<Subset> subset = parse_subset(rest);
    if (!subset || *subset == Subset::TAV) return std::nullopt;
    condition.subset = *subset;
    return condition;
  }
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), condition.rate_percent);
  const bool whole = error == std::errc() && end == rest.data() + rest.size() && rest.front() != '0';
  if (!whole || condition.rate_percent < 1 || condition.rate_percent > 100) return std::nullopt;
  return condition;
}

std::vector<int> paper_rates(Family family) {
  std::vector<int> rates;
  for (int rate = 10; rate <= (family == Family::random ? 100 : 90); rate += 10) rates.push_back(rate);
  return rates;
}

std::vector<Condition> paper_conditions() {
  std::vector<Condition> conditions{Condition{}};
  for (Subset subset : kSubsets) {
    if (subset != Subset::TAV) conditions.push_back({Family::subset, subset, 0});
  }
  for (Family family : {Family::text, Family::audio, Family::vision, Family::random}) {
    for (int rate : paper_rates(family)) conditions.push_back({family, Subset::TAV, rate});
  }
  return conditions;
}

}  // namespace missmodal::sweeps
