#include "sweeps/condition_list.h"

#include "sweeps/error.h"

namespace missmodal::sweeps {
namespace {

void add_family(std::vector<Condition>& conditions, Family family) {
  for (int rate : default_rates(family)) conditions.push_back({family, Subset::TAV, rate});
}

}  // namespace

int highest_rate(Family family) {
  return family == Family::missing_rate ? 70 : 100;
}

std::vector<int> default_rates(Family family) {
  MISSMODAL_CHECK((Condition{family, Subset::TAV, 0}.drawn()) && family != Family::imbalanced);
  if (family != Family::missing_rate && family != Family::instance) return paper_rates(family);
  std::vector<int> rates;
  for (int rate = 10; rate <= highest_rate(family); rate += 10) rates.push_back(rate);
  return rates;
}

std::vector<Condition> named_conditions(std::string_view name) {
  if (name == "paper") return paper_conditions();
  const bool missmac = name == "missmac";
  MISSMODAL_CHECK(missmac || name == "mr");
  std::vector<Condition> conditions{Condition{}};
  for (Subset subset : kSubsets) {
    if (missmac && subset != Subset::TAV) conditions.push_back({Family::subset, subset, 0});
  }
  add_family(conditions, Family::missing_rate);
  if (missmac) add_family(conditions, Family::instance);
  return conditions;
}

}  // namespace missmodal::sweeps
