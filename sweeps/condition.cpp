#include "sweeps/condition.h"

#include <array>
#include <charconv>

#include "sweeps/condition_list.h"

namespace missmodal::sweeps {
namespace {

constexpr std::array<std::string_view, 9> kFamilyNames{
    "complete", "subset", "text", "audio", "vision", "random", "missing_rate", "instance", "imbalanced"};

// A whole number of percent without sign or leading zeros, at the start of `text`, which it is cut from.
std::optional<int> take_percent(std::string_view& text) {
  unsigned percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const auto size = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || percent > 100 || (text.front() == '0' && size > 1)) return std::nullopt;
  text.remove_prefix(size);
  return static_cast<int>(percent);
}

std::optional<std::array<int, 3>> parse_rates(std::string_view text) {
  std::array<int, 3> rates{};
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (i > 0) {
      if (text.empty() || text.front() != '-') return std::nullopt;
      text.remove_prefix(1);
    }
    const std::optional<int> percent = take_percent(text);
    if (!percent) return std::nullopt;
    rates[i] = *percent;
  }
  return text.empty() ? std::optional(rates) : std::nullopt;
}

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
  if (condition.family == Family::imbalanced) return family + "/" + rates_text(condition);
  return family + "/" + std::to_string(condition.rate_percent);
}

std::string rates_text(const Condition& condition) {
  if (condition.family != Family::imbalanced) return "";
  return std::to_string(condition.rates[0]) + "-" + std::to_string(condition.rates[1]) + "-" +
         std::to_string(condition.rates[2]);
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
  std::string_view rest = text.substr(slash + 1);
  if (*family == Family::subset) {
    const std::optional<Subset> subset = parse_subset(rest);
    if (!subset || *subset == Subset::TAV) return std::nullopt;
    condition.subset = *subset;
    return condition;
  }
  if (*family == Family::imbalanced) {
    const auto rates = parse_rates(rest);
    if (!rates) return std::nullopt;
    condition.rates = *rates;
    return condition;
  }
  const std::optional<int> percent = take_percent(rest);
  if (!percent || !rest.empty() || *percent < 1 || *percent > highest_rate(*family)) return std::nullopt;
  condition.rate_percent = *percent;
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
