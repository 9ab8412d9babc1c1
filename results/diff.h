#pragma once
// Two databases cell by cell: which numbers moved.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace missmodal::results {

// One score that is not the same in both.
struct MovedScore {
  std::string place;  // "test complete", "valid text/30 mean"
  std::optional<double> a;
  std::optional<double> b;
};

// One place of the plans: a stage's variant or point, and a seed.
struct PlaceDifference {
  std::string stage;
  std::string variant;
  std::string point;
  std::int64_t seed = 0;
  std::optional<std::string> cell_a;  // nothing: the other database alone has this place
  std::optional<std::string> cell_b;
  std::string state_a;
  std::string state_b;
  std::vector<std::string> settings;  // where the configurations differ: "loss.alpha: 0.3 -> 0.5"
  int rows = 0;                       // of metrics that both have
  int moved_rows = 0;                 // in which any score differs, in its last bit too
  int rows_a_alone = 0;
  int rows_b_alone = 0;
  std::map<std::string, MovedScore> farthest{};  // by metric, the score that moved farthest
  MovedScore headline{};                         // MAE on the test split, complete modalities
  std::optional<double> farthest_prediction{};   // nothing where the predictions are not comparable

  bool same() const;
};

struct Compared {
  std::filesystem::path file;
  std::string sweep;
  std::string dataset;
  std::string dataset_sha256;
};

struct Difference {
  Compared a;
  Compared b;
  int same = 0;                         // places that are the same in both
  std::vector<PlaceDifference> places;  // the others, in the plans' order
};

// Each of one moment. Throws as report() does.
Difference diff(const std::filesystem::path& a, const std::filesystem::path& b);

std::string diff_text(const Difference& difference);
std::string diff_json(const Difference& difference);

}  // namespace missmodal::results
