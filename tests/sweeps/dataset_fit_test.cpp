#include "sweeps/dataset_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sweeps/plan.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DatasetFit : public SweepText {
 protected:
  // A file of one stage after the other; `model` stands in its third line, the stages begin in the fifth.
  static std::string file(const std::string& model, const std::string& stages) {
    return "name: s\ndataset: {path: d}\nmodel: {" + model + "}\nstages:\n" + stages;
  }
  std::vector<std::string> misfits(const std::string& text, const DatasetShape& dataset,
                                   const std::vector<std::string>& overrides = {}) const {
    const Sweep sweep = read(text, overrides);
    return lines(dataset_misfits(sweep, dataset));
  }
  std::vector<std::string> lines(const std::vector<Mistake>& mistakes) const {
    std::vector<std::string> lines;
    for (const Mistake& mistake : mistakes) {
      const std::size_t start = mistake.place.starts_with("/") ? (folder_ / "").string().size() : 0;
      lines.push_back(mistake.place.substr(start) + ": " + mistake.reason);
    }
    return lines;
  }
};

const DatasetShape kShort{"d", {4, 3, 1}};
const char* const kOnce = "  - {name: r, seeds: [1]}\n";

std::string too_long(const std::string& modality, int longest, int kernel) {
  return "must not be longer than every sequence: the longest " + modality + " of d has " +
         std::to_string(longest) + (longest == 1 ? " step" : " steps") + ", got " + std::to_string(kernel);
}

TEST_F(DatasetFit, AKernelMayBeAsLongAsTheLongestSequence) {
  EXPECT_THAT(
      misfits(file("name: mult, mult: {text_kernel: 4, audio_kernel: 3, vision_kernel: 1}", kOnce), kShort),
      IsEmpty());
  EXPECT_THAT(
      misfits(file("name: mult, mult: {text_kernel: 5, audio_kernel: 3, vision_kernel: 2}", kOnce), kShort),
      ElementsAre("s.yaml:3: model.mult.text_kernel: " + too_long("text", 4, 5),
                  "s.yaml:3: model.mult.vision_kernel: " + too_long("vision", 1, 2)));
}

TEST_F(DatasetFit, ADefaultIsToldWhereTheModelIsNamed) {
  EXPECT_THAT(misfits(file("name: mult, defaults: mosei", kOnce), {"d", {4, 3, 3}}),
              ElementsAre("s.yaml:3: model.name: model.mult.text_kernel " + too_long("text", 4, 5)));
  EXPECT_THAT(misfits(file("text: {encoder: sequence}",
                           "  - {name: r, seeds: [1], variants: {a: {model.name: mult}}}\n"),
                      {"d", {4, 5, 5}}),
              ElementsAre("s.yaml:5: stages.r.variants.a.model.name: model.mult.text_kernel " +
                          too_long("text", 4, 5)));
}

TEST_F(DatasetFit, WhatIsTriedSetAndVariedIsToldWhereItIsWritten) {
  const std::string stages =
      "  - name: s\n"
      "    method: {type: grid}\n"
      "    set: {model.name: mult, model.mult.vision_kernel: 2}\n"
      "    parameters:\n"
      "      model.mult.text_kernel: [3, 5]\n"
      "      model.mult.audio_kernel: [1]\n"
      "    select: {metric: mae}\n"
      "  - name: r\n"
      "    from: s\n"
      "    seeds: [1]\n"
      "    variants:\n"
      "      a: {model.mult.vision_kernel: 1}\n"
      "      b:\n"
      "        model.mult.audio_kernel: 4\n";
  EXPECT_THAT(
      misfits(file("text: {encoder: sequence}", stages), kShort),
      ElementsAre("s.yaml:7: stages.s.set.model.mult.vision_kernel: " + too_long("vision", 1, 2),
                  "s.yaml:9: stages.s.parameters.model.mult.text_kernel: " + too_long("text", 4, 5),
                  "s.yaml:18: stages.r.variants.b.model.mult.audio_kernel: " + too_long("audio", 3, 4)));
}

TEST_F(DatasetFit, OfACommandLineTheSettingIsThePlace) {
  EXPECT_THAT(misfits(file("name: mult, mult: {text_kernel: 1, audio_kernel: 1, vision_kernel: 1}", kOnce),
                      kShort, {"model.mult.text_kernel=9"}),
              ElementsAre("--set model.mult.text_kernel=9: " + too_long("text", 4, 9)));
}

TEST_F(DatasetFit, OnlyWhatIsTrainedMustFit) {
  const std::string stages =
      "  - {name: r, seeds: [1], set: {model.name: mult, model.mult.text_kernel: 4}}\n";
  const Sweep sweep =
      read(file("name: mult, mult: {text_kernel: 5, audio_kernel: 1, vision_kernel: 1}", stages));
  EXPECT_THAT(dataset_misfits(sweep, kShort), IsEmpty());
  EXPECT_THAT(lines(dataset_misfits(sweep, nullptr, nullptr, sweep.base, kShort)),
              ElementsAre("s.yaml:3: model.mult.text_kernel: " + too_long("text", 4, 5)));
}

TEST_F(DatasetFit, WordPiecesAloneAreForModelsThatReadThem) {
  const DatasetShape pieces{"d", {9, 9, 9}, false};
  EXPECT_THAT(misfits(file("text: {encoder: bert, weights: w}",
                           "  - {name: r, seeds: [1], variants: {a: {}, b: {model.name: "
                           "misa}}}\n"),
                      pieces),
              IsEmpty());
  EXPECT_THAT(
      misfits(file("text: {encoder: sequence}", kOnce), pieces),
      ElementsAre("s.yaml:3: model.text.encoder: must be bert: d has word pieces but no word vectors"));
  EXPECT_THAT(
      misfits(file("text: {encoder: bert, weights: w}",
                   "  - {name: s, method: {type: grid}, set: {model.name: tfn}, parameters: "
                   "{model.tfn.text_out: [2, 3]}, select: {metric: mae}}\n"
                   "  - {name: r, from: s, seeds: [1]}\n"),
              pieces),
      ElementsAre("s.yaml:5: stages.s.set.model.name: tfn reads word vectors, which d does not have"));
}

// `missmodal train` knows no winner, but what all points of the search share.
TEST_F(DatasetFit, AStageFromASearchTrainsTheModelThatWasSearched) {
  const Sweep sweep = read(
      file("text: {encoder: sequence}",
           "  - {name: s, method: {type: grid}, set: {model.name: tfn, training.batch_size: 3}, parameters: "
           "{model.tfn.text_out: [2, 3]}, select: {metric: mae}}\n"
           "  - {name: t, from: s, method: {type: grid}, set: {training.batch_size: 4}, parameters: "
           "{model.tfn.text_hidden: [2, 3]}, select: {metric: mae}}\n"
           "  - {name: r, from: t, seeds: [1]}\n"));
  EXPECT_EQ(shared_settings(sweep, sweep.stages[1]),
            (Settings{{"model.name", "tfn"}, {"training.batch_size", 4}}));
}

}  // namespace
}  // namespace missmodal::sweeps
