#include "sweeps/text_weights.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {

// For messages of tests.
void PrintTo(const TextWeights& weights, std::ostream* out) {
  *out << weights.path << (weights.init == TextInit::random ? " (config alone)" : "");
}

namespace {

using Found = std::vector<TextWeights>;

class TextWeightsTest : public SweepText {
 protected:
  Found found(const std::string& text, const std::string& stages) const {
    return text_weights(read("name: x\ndataset: {path: d}\nmodel: {name: missmodal, text: " + text +
                             "}\nstages:\n" + stages));
  }
};

const std::string kRepeat = "  - {name: a, seeds: [1]}\n";

TEST_F(TextWeightsTest, AreThoseOfTheTrainingsAndNoOthers) {
  EXPECT_EQ(found("{encoder: sequence}", kRepeat), Found{});
  EXPECT_EQ(found("{encoder: bert, weights: w}", kRepeat), (Found{{"w", TextInit::pretrained}}));
  EXPECT_EQ(found("{encoder: sequence, weights: w}", kRepeat), Found{});
  EXPECT_EQ(found("{encoder: bert, weights: w}",
                  "  - {name: a, seeds: [1], set: {model.text.encoder: sequence}}\n"),
            Found{});
  EXPECT_EQ(found("{encoder: bert, weights: w, init: random}", kRepeat), (Found{{"w", TextInit::random}}));
}

TEST_F(TextWeightsTest, ReadTheWeightsIfAnyTrainingDoes) {
  EXPECT_EQ(found("{encoder: bert, weights: w}",
                  "  - name: a\n    seeds: [1]\n    variants:\n"
                  "      scratch: {model.text.init: random}\n"
                  "      other: {model.text.weights: v, model.text.init: random}\n"
                  "      without: {model.text.encoder: sequence, model.text.weights: u}\n"),
            (Found{{"v", TextInit::random}, {"w", TextInit::random}}));
  EXPECT_EQ(found("{encoder: bert, weights: w}",
                  "  - {name: a, seeds: [1], variants: {scratch: {model.text.init: random}, tuned: {}}}\n"),
            (Found{{"w", TextInit::pretrained}}));
}

TEST_F(TextWeightsTest, FollowEveryPointThatCouldWin) {
  EXPECT_EQ(
      found("{encoder: sequence, weights: w}",
            "  - name: a\n    method: {type: grid}\n    select: {}\n"
            "    parameters: {model.text.encoder: [bert, sequence], model.text.weights: [u, v], loss.alpha: "
            "[0.1, 0.2]}\n"
            "  - {name: b, from: a, seeds: [1], set: {model.text.init: random}}\n"),
      (Found{{"u", TextInit::pretrained}, {"v", TextInit::pretrained}}));
}

TEST_F(TextWeightsTest, OfOneTrainingAreItsOwn) {
  Configuration configuration;
  configuration.model.text_weights = "w";
  EXPECT_EQ(text_weights(configuration), (Found{{"w", TextInit::pretrained}}));
  configuration.model.text_encoder = TextEncoder::sequence;
  EXPECT_EQ(text_weights(configuration), Found{});
}

}  // namespace
}  // namespace missmodal::sweeps
