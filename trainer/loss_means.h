#pragma once
// An epoch's losses.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer {

// Sample-weighted means of named losses, summed up in double precision where the losses are: a GPU is waited
// for by means() alone.
class LossMeans {
 public:
  // What it has summed up, for a training that is saved within an epoch.
  struct Sums {
    std::vector<std::string> names;
    std::vector<double> values;  // each loss times its samples
    std::int64_t samples = 0;
  };
  LossMeans() = default;
  LossMeans(const Sums& sums, torch::Device device);
  Sums sums() const;

  // Precondition: every batch has the same losses.
  void add(const Losses& losses, std::int64_t samples);
  // "total" and each term. Precondition: something was added.
  std::map<std::string, double> means() const;

 private:
  std::vector<std::string> names_;
  torch::Tensor sums_;  // (names)
  std::int64_t samples_ = 0;
};

}  // namespace missmodal::trainer
