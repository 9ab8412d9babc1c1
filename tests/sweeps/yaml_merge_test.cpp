#include "sweeps/yaml_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The value of `result` in the document.
std::string merged(const std::string& text) {
  try {
    return parse_yaml(text, "s.yaml").find("result")->json().dump();
  } catch (const InputError& error) {
    return error.what();
  }
}

const std::string kAnchors = "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n";

TEST(MergeKey, PutsInWhatIsNotThereYet) {
  EXPECT_EQ(merged(kAnchors + "result: {<<: *a, y: 9}"), R"({"x":1,"y":9})");
  EXPECT_EQ(merged(kAnchors + "result: {y: 9, <<: *a}"), R"({"x":1,"y":9})");
  EXPECT_EQ(merged(kAnchors + "result: {<<: *a}"), R"({"x":1,"y":2})");
  EXPECT_EQ(merged("result: {<<: {x: 1}, y: 2}"), R"({"x":1,"y":2})");
  EXPECT_EQ(merged("result: {<<: {}, y: 2}"), R"({"y":2})");
}

TEST(MergeKey, TakesOfSeveralMappingsTheFirst) {
  EXPECT_EQ(merged(kAnchors + "result: {<<: [*a, *b]}"), R"({"x":1,"y":2,"z":4})");
  EXPECT_EQ(merged(kAnchors + "result: {<<: [*b, *a], z: 5}"), R"({"x":1,"y":3,"z":5})");
  EXPECT_EQ(merged(kAnchors + "result: {<<: []}"), "{}");
}

TEST(MergeKey, WorksWithinWhatIsMerged) {
  EXPECT_EQ(merged(kAnchors + "c: &c {<<: *a, w: 0}\nresult: {<<: *c, x: 7}"), R"({"w":0,"x":7,"y":2})");
  EXPECT_EQ(merged("result: {<<: {<<: {x: 1, y: 1}, y: 2}}"), R"({"x":1,"y":2})");
  EXPECT_EQ(merged("a: &a {in: {x: 1}}\nresult: {<<: *a, in: {y: 2}}"), R"({"in":{"y":2}})");  // not deep
}

TEST(MergeKey, IsOneOnlyWherePlain) {
  EXPECT_EQ(merged("result: {'<<': {x: 1}}"), R"({"<<":{"x":1}})");
  EXPECT_EQ(merged("result: [<<]"), R"(["<<"])");
  EXPECT_EQ(merged("result: {x: <<}"), R"({"x":"<<"})");
}

TEST(MergeKey, PutsItsEntriesFirst) {
  const YamlNode root = parse_yaml(kAnchors + "result: {w: 0, <<: [*a, *b], y: 9}", "s.yaml");
  std::string order;
  for (const auto& [key, value] : root.find("result")->entries) order += key.text;
  EXPECT_EQ(order, "xzwy");
}

TEST(MergeKey, TakesNothingElse) {
  EXPECT_EQ(merged("\nresult: {<<: 3}"),
            "s.yaml:2: the merge key << takes a mapping or a list of mappings, got 3");
  EXPECT_EQ(merged("result:\n  <<: [{x: 1},\n    y]"),
            "s.yaml:3: the merge key << takes a mapping or a list of mappings, got [{\"x\":1},\"y\"]");
  EXPECT_EQ(merged("result:\n  <<:\n  x: 1"),
            "s.yaml:2: the merge key << takes a mapping or a list of mappings, got nothing");
  EXPECT_EQ(merged(kAnchors + "result:\n  <<: *a\n  <<: *b"), "s.yaml:5: << is a duplicate of s.yaml:4");
}

class MergedSweep : public SweepText {
 protected:
  static std::string variants(const std::string& b) {
    return sweep_text("",
                      "  - name: final\n    seeds: [1]\n    variants:\n"
                      "      a: &v {training.max_epochs: 1, model.dropout: 0.5}\n      b: {" +
                          b + "}\n");
  }
};

TEST_F(MergedSweep, HasTheMergedSettingsAndItsOwn) {
  const Sweep sweep = read(variants("<<: *v, training.max_epochs: 2"));
  const Settings expected{{"training.max_epochs", 2}, {"model.dropout", 0.5}};
  EXPECT_EQ(sweep.stages.at(0).variants.at(1).settings, expected);
}

TEST_F(MergedSweep, TellsMistakesWhereTheyAreWritten) {
  EXPECT_THAT(mistakes(variants("<<: *v, model.dropout: 2")),
              ElementsAre("s.yaml:9: stages.final.variants.b.model.dropout: must be in [0, 1), got 2"));
  EXPECT_THAT(mistakes(variants("<<: *v, model.dropout: 0.1, model.dropout: 0.2")),
              ElementsAre("s.yaml:9: stages.final.variants.b.model.dropout: is a duplicate of s.yaml:9"));
  EXPECT_THAT(mistakes(sweep_text("training: &t {max_epochs: 2, patience: 1}\nloss: {<<: *t, alpha: 0.5}\n")),
              ElementsAre("s.yaml:4: loss.max_epochs: unknown key; did you mean training.max_epochs?",
                          "s.yaml:4: loss.patience: unknown key; did you mean training.patience?"));
}

TEST_F(MergedSweep, MergesSectionsAtTheTopToo) {
  EXPECT_THAT(mistakes(sweep_text("<<: {seed: 3, training: {max_epochs: 2}}\n")), IsEmpty());
  EXPECT_EQ(read(sweep_text("<<: {seed: 3}\n")).seed, 3U);
}

}  // namespace
}  // namespace missmodal::sweeps
