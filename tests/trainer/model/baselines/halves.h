#pragma once
// The law that members who share a batch compute what one does: of a network and its losses, their sums over
// members.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/trainer/gang.h"
#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/model.h"
#include "trainer/torch.h"

namespace missmodal::trainer::testing {

// A network of its own for every member, and the losses of its share of a batch.
struct Shared {
  std::shared_ptr<torch::nn::Module> network;
  std::function<Losses(const Batch& batch, const Context& context)> losses;
};

struct Sums {
  std::map<std::string, torch::Tensor> gradients;
  std::map<std::string, double> losses;
};

// What each member adds is summed here.
inline Sums sums_of(int members, Path path, const Batch& batch, const std::function<Shared()>& make) {
  const auto found = by_members<Sums>(members, [&](Communicator& communicator) {
    const Along along(path);
    const Context context{.seed = 5, .step = 3, .epoch = 2, .group = Group(communicator)};
    const Shares shares = even_shares(batch.size(), members);
    const Share share = shares.of(context.group.rank());
    std::vector<std::int64_t> places;
    for (std::int64_t i = 0; i < share.count; ++i) places.push_back(share.first + i);
    Batch own = pick(batch, places);
    own.first_sample = share.first;
    own.global_size = batch.size();
    own.shares = shares;
    const Shared shared = make();
    shared.network->to(own.labels.scalar_type());
    const Losses losses = shared.losses(own, context);
    context.group.backward(losses.total);
    Sums sums;
    for (const auto& item : shared.network->named_parameters())
      if (item.value().grad().defined()) sums.gradients[item.key()] = item.value().grad();
    for (const auto& [name, value] : losses.shares) sums.losses[name] = value.item<double>();
    return sums;
  });
  Sums all = found.front();
  for (std::size_t member = 1; member < found.size(); ++member) {
    for (const auto& [name, gradient] : found[member].gradients) {
      const auto at = all.gradients.find(name);
      if (at == all.gradients.end()) {
        all.gradients[name] = gradient;
      } else {
        at->second = at->second + gradient;
      }
    }
    for (const auto& [name, value] : found[member].losses) all.losses[name] += value;
  }
  return all;
}

inline torch::Tensor in_one(const std::map<std::string, torch::Tensor>& gradients) {
  std::vector<torch::Tensor> rows;
  for (const auto& item : gradients) rows.push_back(item.second.flatten());
  return torch::cat(rows);
}

// Two members, and more than there are utterances, against one. In doubles each gradient agrees to 1e-12 of
// its largest number, or of a hundredth of the largest of all. In floats they all agree to 1e-5 of their
// norm, and each to 1e-3: where it is what cancelling terms leave, it has fewer digits, and the processor's
// kernels decide which.
inline void expect_shares_add_up(const Batch& batch, Path path, const std::function<Shared()>& make) {
  const bool exact = batch.labels.scalar_type() == torch::kFloat64;
  const double tolerance = exact ? 1e-12 : 1e-5;
  const double of_each = exact ? 1e-12 : 1e-3;
  SCOPED_TRACE(exact ? "doubles" : name(path));
  const Sums one = sums_of(1, path, batch, make);
  for (const int members : {2, static_cast<int>(batch.size()) + 1}) {
    SCOPED_TRACE(members);
    const Sums many = sums_of(members, path, batch, make);
    ASSERT_EQ(one.gradients.size(), many.gradients.size());
    for (const auto& item : one.gradients) ASSERT_TRUE(many.gradients.contains(item.first)) << item.first;
    const torch::Tensor all = in_one(one.gradients);
    EXPECT_LE((in_one(many.gradients) - all).norm().item<double>(), tolerance * all.norm().item<double>());
    const double least = 1e-2 * all.abs().max().item<double>();
    for (const auto& [name, gradient] : one.gradients) {
      const double scale = std::max(gradient.abs().max().item<double>(), least);
      EXPECT_LE((many.gradients.at(name) - gradient).abs().max().item<double>(), of_each * scale) << name;
    }
    for (const auto& [name, value] : one.losses) {
      EXPECT_NEAR(many.losses.at(name), value, tolerance * std::max(1.0, std::abs(value))) << name;
    }
  }
}

// In doubles, which our loops do not take, and in floats along both paths.
inline void expect_shares_add_up(const Batch& batch, const std::function<Shared()>& make) {
  expect_shares_add_up(as(torch::kFloat64, batch), Path::library, make);
  for (const Path path : {Path::loops, Path::library}) expect_shares_add_up(batch, path, make);
}

}  // namespace missmodal::trainer::testing
