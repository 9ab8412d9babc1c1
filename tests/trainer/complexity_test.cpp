#include "trainer/complexity.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "sweeps/model_kind.h"
#include "tests/trainer/model/baselines/tiny_baselines.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/bilstm.h"
#include "trainer/model/missmodal.h"
#include "trainer/model/own_loops.h"

namespace missmodal::trainer {
namespace {

using testing::kTinyWidths;

constexpr std::int64_t kText = 6, kAudio = 5, kVision = 7;  // frames

std::int64_t counted(const std::string& model, const std::array<std::int64_t, 3>& lengths) {
  const auto made = make_model(testing::tiny_baseline(model), kTinyWidths);
  return complexity_of(*made, utterance_of(lengths, kTinyWidths)).multiply_adds;
}

TEST(MultiplyAdds, AreThoseOfEveryKindOfProduct) {
  const torch::Tensor vector = torch::ones({4}), matrix = torch::ones({3, 4}), other = torch::ones({4, 5});
  EXPECT_EQ(multiply_adds([&] { vector.dot(vector); }), 4);
  EXPECT_EQ(multiply_adds([&] { matrix.mv(vector); }), 3 * 4);
  EXPECT_EQ(multiply_adds([&] { matrix.matmul(vector); }), 3 * 4);
  EXPECT_EQ(multiply_adds([&] { matrix.mm(other); }), 3 * 4 * 5);
  EXPECT_EQ(multiply_adds([&] { torch::addmm(torch::ones({5}), matrix, other); }), 3 * 4 * 5);
  EXPECT_EQ(multiply_adds([&] { torch::linear(matrix, torch::ones({5, 4}), torch::ones({5})); }), 3 * 4 * 5);
  EXPECT_EQ(multiply_adds([&] {
              torch::linear(torch::ones({2, 3, 4}), torch::ones({5, 4}));
            }),
            2 * 3 * 4 * 5);
  EXPECT_EQ(multiply_adds([&] { torch::ones({2, 3, 4}).bmm(torch::ones({2, 4, 5})); }), 2 * 3 * 4 * 5);
  EXPECT_EQ(multiply_adds([&] { torch::ones({2, 30, 40}).bmm(torch::ones({2, 40, 50})); }), 2 * 30 * 40 * 50);
  EXPECT_EQ(multiply_adds([&] {
              torch::conv1d(torch::ones({2, 4, 10}), torch::ones({6, 4, 3}));
            }),
            2 * 8 * 6 * 4 * 3);
}

TEST(MultiplyAdds, AreNoneOfWhatWorksNumberByNumber) {
  const torch::Tensor x = torch::ones({3, 4});
  EXPECT_EQ(multiply_adds([&] { (x * x + x).tanh().softmax(1).sum(); }), 0);
}

TEST(MultiplyAdds, OfARecurrenceAreThoseOfEveryStep) {
  const std::int64_t hidden = 3;
  std::vector<torch::Tensor> parameters;
  for (int direction = 0; direction < 2; ++direction) {
    parameters.push_back(torch::ones({4 * hidden, kTinyWidths.text}));
    parameters.push_back(torch::ones({4 * hidden, hidden}));
    parameters.push_back(torch::ones({4 * hidden}));
    parameters.push_back(torch::ones({4 * hidden}));
  }
  const RaggedLayout layout({kText});
  const LibraryOnly library;
  EXPECT_EQ(multiply_adds([&] {
              bilstm(torch::ones({kText, kTinyWidths.text}), layout, parameters);
            }),
            2 * kText * 4 * hidden * (kTinyWidths.text + hidden));
}

TEST(MultiplyAdds, EndWithTheWorkThatThrows) {
  const torch::Tensor x = torch::ones({2, 2});
  EXPECT_THROW(multiply_adds([] { throw std::runtime_error("x"); }), std::runtime_error);
  EXPECT_EQ(multiply_adds([&] { x.mm(x); }), 8);
}

TEST(Complexity, OfEfLstmIsItsFormula) {
  const std::int64_t steps = 4, hidden = 5, width = kTinyWidths.text + kTinyWidths.audio + kTinyWidths.vision;
  const std::int64_t recurrent = steps * 4 * hidden * (width + hidden) + steps * 4 * hidden * 2 * hidden;
  EXPECT_EQ(counted("ef_lstm", {kText, kAudio, kVision}), recurrent + hidden * hidden + hidden);
}

TEST(Complexity, OfLfDnnIsItsFormula) {
  const std::int64_t text = kText * 4 * 4 * (kTinyWidths.text + 4) + 4 * 3;
  const std::int64_t audio = kTinyWidths.audio * 3 + 2 * 3 * 3;
  const std::int64_t vision = kTinyWidths.vision * 5 + 2 * 5 * 5;
  const std::int64_t post = (3 + 3 + 5) * 4 + 4 * 4 + 4;
  EXPECT_EQ(counted("lf_dnn", {kText, kAudio, kVision}), text + audio + vision + post);
}

TEST(Complexity, GrowsWithTheUtteranceWhereAModelReadsAllOfIt) {
  const std::set<std::string> of_fixed_steps{"ef_lstm", "mctn", "ctfn"};
  for (const sweeps::ModelKind& kind : sweeps::model_kinds()) {
    const std::string name(kind.name);
    if (name == "missmodal") continue;
    const std::int64_t shorter = counted(name, {kText, kAudio, kVision});
    const std::int64_t longer = counted(name, {2 * kText, kAudio, kVision});
    EXPECT_GT(shorter, 0) << name;
    EXPECT_EQ(longer > shorter, !of_fixed_steps.contains(name)) << name;
  }
}

TEST(Complexity, OfMissModalIsThatOfItsTextEncoderToo) {
  const Batch utterance = utterance_of({kText, kAudio, kVision}, kTinyWidths);
  MissModal bert(testing::tiny_configuration(sweeps::TextEncoder::bert), kTinyWidths, testing::kTinyBert);
  bert.initialize();
  const Complexity found = complexity_of(bert, utterance);
  EXPECT_EQ(found.parameters, used_parameters(bert));
  EXPECT_GT(found.seconds, 0);
  const Complexity longer = complexity_of(bert, utterance_of({kText + 1, kAudio, kVision}, kTinyWidths));
  // One more row through the first of two layers, and through the keys and values of the last.
  const std::int64_t width = 8, inner = 16, row = 4 * width * width + 2 * width * inner + 2 * width * width;
  const std::int64_t attention = 2 * width * ((kText + 1) * (kText + 1) - kText * kText) + 2 * width;
  EXPECT_EQ(longer.multiply_adds - found.multiply_adds, row + attention);
}

}  // namespace
}  // namespace missmodal::trainer
