#pragma once
// One step of many members computes the losses and gradients of one member's.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/trainer/gang.h"
#include "tests/trainer/model/paths.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/model.h"
#include "trainer/parallel/gradient_buckets.h"
#include "trainer/parallel/group.h"
#include "trainer/step_sums.h"

namespace missmodal::trainer::testing {

// The same model every time.
using MakeModel = std::function<std::shared_ptr<Model>()>;

// One member's share of a global batch, as a collator makes it.
inline Batch share_of(const Batch& batch, const Group& group) {
  std::vector<std::int64_t> frames(static_cast<std::size_t>(batch.size()));
  for (const Modality modality : kModalities) {
    const std::vector<std::int64_t>& lengths = batch.of(modality).layout.lengths();
    std::transform(frames.begin(), frames.end(), lengths.begin(), frames.begin(), std::plus<>());
  }
  const Shares shares(frames, group.size());
  const Share share = shares.of(group.rank());
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < share.count; ++i) places.push_back(share.first + i);
  Batch own = pick(batch, places);
  own.utterances = batch.utterances.narrow(0, share.first, share.count);
  own.first_sample = share.first;
  own.global_size = batch.size();
  own.shares = shares;
  return own;
}

struct FoundStep {
  std::map<std::string, torch::Tensor> gradients;
  std::map<std::string, double> losses;
};

inline FoundStep one_step(const MakeModel& make, const Batch& batch, Path path, Communicator& communicator) {
  constexpr std::size_t kSmallBuckets = 300;  // bytes: many of them
  const Along along(path);
  const Group group(communicator);
  const auto model = make();
  GradientBuckets buckets(model->parameters(), group, kSmallBuckets);
  const Batch own = share_of(batch, group);
  const Context context{1111, 5, 1, group};
  const Losses losses = model->loss(model->forward(own, context), own, context);
  StepSums sums(group, losses, false);
  buckets.begin();
  group.backward(losses.total);
  buckets.finish();
  FoundStep found;
  for (const auto& [name, loss] : sums.wait().losses.shares) found.losses[name] = loss.item<double>();
  for (const auto& item : model->named_parameters()) {
    if (item.value().grad().defined()) found.gradients[item.key()] = item.value().grad().clone();
  }
  return found;
}

inline void expect_equal(const FoundStep& many, const FoundStep& one, double tolerance) {
  ASSERT_EQ(many.gradients.size(), one.gradients.size());
  double difference = 0;
  double norm = 0;
  for (const auto& [name, gradient] : one.gradients) {
    ASSERT_EQ(many.gradients.count(name), 1U) << name;
    difference += (many.gradients.at(name) - gradient).square().sum().item<double>();
    norm += gradient.square().sum().item<double>();
  }
  EXPECT_LE(std::sqrt(difference), tolerance * std::sqrt(norm));
  ASSERT_EQ(many.losses.size(), one.losses.size());
  for (const auto& [name, loss] : one.losses) {
    EXPECT_NEAR(many.losses.at(name), loss, tolerance * std::max(1.0, std::abs(loss))) << name;
  }
}

inline void expect_same_bits(const FoundStep& a, const FoundStep& b) {
  EXPECT_EQ(a.losses, b.losses);
  ASSERT_EQ(a.gradients.size(), b.gradients.size());
  for (const auto& [name, gradient] : a.gradients)
    EXPECT_TRUE(torch::equal(gradient, b.gradients.at(name))) << name;
}

// 7 utterances come out uneven; of a last batch of 4, and of one of 1, some members have none.
inline void expect_data_parallel_law(const MakeModel& make, std::uint64_t seed_of_batch, Path path) {
  const Lengths lengths{{{3, 1, 5, 2, 9, 4, 2}, {2, 4, 1, 3, 1, 2, 5}, {6, 1, 2, 4, 3, 8, 1}}};
  struct Split {
    std::vector<std::int64_t> samples;
    std::vector<int> sizes;
  };
  const Batch whole = random_batch(lengths, seed_of_batch);
  for (const Split& split :
       {Split{{0, 1, 2, 3, 4, 5, 6}, {2, 3, 4}}, Split{{6, 2, 0, 3}, {6}}, Split{{5}, {2}}}) {
    const Batch batch = pick(whole, split.samples);
    const auto member = [&](Communicator& communicator) { return one_step(make, batch, path, communicator); };
    const FoundStep one = by_members<FoundStep>(1, member).front();
    for (const int size : split.sizes) {
      SCOPED_TRACE(fmt::format("{} utterances, {} members", split.samples.size(), size));
      const std::vector<FoundStep> all = by_members<FoundStep>(size, member);
      expect_equal(all[0], one, 1e-5);
      for (const FoundStep& found : all) expect_same_bits(found, all[0]);
    }
  }
}

}  // namespace missmodal::trainer::testing
