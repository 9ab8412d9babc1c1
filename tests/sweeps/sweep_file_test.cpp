#include "sweeps/sweep_file.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <exception>
#include <set>
#include <string>

#include "sweeps/plan.h"
#include "sweeps/shuffle.h"
#include "sweeps/yaml_document.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SweepFile : public SweepText {};

TEST_F(SweepFile, ReadsEveryPartOfAFile) {
  const Sweep sweep = read(
      "name: full\nseed: 7\ndataset: {path: d.safetensors, normalize: none}\n"
      "model: {name: missmodal, text: {encoder: bert, weights: w, init: random}, hidden: 8, heads: 2}\n"
      "loss: {terms: [sem, task], temperature: 1}\n"
      "training: {learning_rate: 5e-4, text_learning_rate: 5.0e-5, epsilon: 1E-8, clip_norm: 2, precision: "
      "fp32}\n"
      "evaluation:\n  conditions: [{family: complete}, {family: subset, subsets: [T]}, {family: text, rates: "
      "[50]}]\n"
      "  draws: 3\n  route: full\n  zero_at: {audio: representation}\n"
      "resources: {device: cpu, threads_per_trial: 2, max_attempts: 3, collective_seconds: 5, "
      "gpus_per_trial: "
      "2}\n"
      "stages:\n"
      "  - name: s\n    method: {type: random, trials: 5}\n"
      "    set: {training.max_epochs: 3}\n"
      "    parameters: {training.learning_rate: {min: 1e-5, max: 1e-2, log: true}, model.heads: [2, 4]}\n"
      "    select: {metric: corr, condition: text/50}\n"
      "  - {name: r, from: s, seeds: [3, 0], variants: {a: {}, b: {loss.terms: [task]}}}\n");
  EXPECT_EQ(sweep.name, "full");
  EXPECT_EQ(sweep.seed, 7);
  EXPECT_EQ(sweep.dataset_path, "d.safetensors");
  EXPECT_EQ(sweep.base.normalize, Normalize::none);
  EXPECT_EQ(sweep.base.model.text_encoder, TextEncoder::bert);
  EXPECT_EQ(sweep.base.model.text_weights, "w");
  EXPECT_EQ(sweep.base.model.text_init, TextInit::random);
  EXPECT_EQ(sweep.base.model.hidden, 8);
  EXPECT_EQ(sweep.base.loss.terms, (std::vector{LossTerm::task, LossTerm::sem}));
  EXPECT_EQ(sweep.base.training.learning_rate, 5e-4);
  EXPECT_EQ(sweep.base.training.text_learning_rate, 5e-5);
  EXPECT_EQ(sweep.base.training.clip_norm, 2.0);
  EXPECT_EQ(sweep.base.evaluation.route, Route::full);
  EXPECT_EQ(sweep.base.evaluation.zero_audio, ZeroAt::representation);
  ASSERT_EQ(sweep.evaluation.conditions.size(), 3U);
  EXPECT_EQ(text(sweep.evaluation.conditions[1]), "subset/T");
  EXPECT_EQ(sweep.evaluation.draws, 3);
  EXPECT_EQ(sweep.resources.device, "cpu");
  EXPECT_EQ(sweep.resources.threads_per_trial, 2);
  EXPECT_EQ(sweep.resources.max_attempts, 3);
  EXPECT_EQ(sweep.resources.collective_seconds, 5);
  EXPECT_EQ(sweep.base.ranks, 2);
  ASSERT_EQ(sweep.stages.size(), 2U);
  const Stage& search = sweep.stages[0];
  EXPECT_TRUE(search.is_search());
  EXPECT_EQ(search.settings.at("training.max_epochs"), 3);
  ASSERT_EQ(search.parameters.size(), 2U);
  EXPECT_EQ(search.parameters[0].key, "model.heads");
  EXPECT_TRUE(search.parameters[1].logarithmic);
  EXPECT_EQ(search.parameters[1].high, 1e-2);
  EXPECT_FALSE(search.select->minimize);
  EXPECT_EQ(text(search.select->condition), "text/50");
  const Stage& repeat = sweep.stages[1];
  EXPECT_EQ(repeat.from, "s");
  EXPECT_EQ(repeat.seeds, (std::vector<std::int64_t>{3, 0}));
  EXPECT_EQ(repeat.variants[1].name, "b");
}

TEST_F(SweepFile, FindsAllMistakesAtOnceInTheOrderOfTheLines) {
  EXPECT_THAT(mistakes("name: small\n"
                       "dataset: {path: d}\n"
                       "model:\n"
                       "  text: {encoder: sequence}\n"
                       "  dropout: 1.5\n"
                       "  hiden: 8\n"
                       "loss:\n"
                       "  alpha: 0.5\n"
                       "  alpha: 0.7\n"
                       "training: {batch_size: many, max_epochs: 2.5}\n"
                       "stages:\n"
                       "  - {name: a, seeds: [1, 1, -1]}\n"),
              ElementsAre("s.yaml:5: model.dropout: must be in [0, 1), got 1.5",
                          "s.yaml:6: model.hiden: unknown key; did you mean model.hidden?",
                          "s.yaml:9: loss.alpha: is a duplicate of s.yaml:8",
                          "s.yaml:10: training.batch_size: must be a whole number, got \"many\"",
                          "s.yaml:10: training.max_epochs: must be a whole number, got 2.5",
                          "s.yaml:12: stages.a.seeds: holds 1 twice",
                          "s.yaml:12: stages.a.seeds: must be in [0, 9007199254740991], got -1"));
}

struct BadCase {
  const char* name;
  std::string text;
  const char* message;  // of the first mistake
};

class BadSweepFile : public SweepText, public testing::WithParamInterface<BadCase> {
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("missmodal_" + std::to_string(getpid()) + "_bad_" + GetParam().name);
    std::filesystem::create_directories(folder_);
  }
};

TEST_P(BadSweepFile, IsRefusedWithOneClearLine) {
  const std::vector<std::string> found = mistakes(GetParam().text);
  ASSERT_EQ(found.size(), 1U) << testing::PrintToString(found);
  EXPECT_THAT(found[0], HasSubstr(GetParam().message));
}

std::string stage(const std::string& text) {
  return sweep_text("", text);
}

INSTANTIATE_TEST_SUITE_P(
    File, BadSweepFile,
    testing::Values(
        BadCase{"Empty", "", "s.yaml: is empty"}, BadCase{"OnlyComments", "# nothing\n", "s.yaml: is empty"},
        BadCase{"OnlyText", "hello", "s.yaml:1: must be a mapping"},
        BadCase{"NoYaml", "name: [1, 2\nfoo: }", "is not valid YAML"},
        BadCase{"TwoDocuments", sweep_text() + "---\na: 1\n", "second YAML document"},
        BadCase{"Tag", "name: !!python/object:os.system x\n", "tags are not used"},
        BadCase{"AliasOfItself", "name: &a [*a]\n", "alias inside of what it stands for"},
        BadCase{"ListAsKey", "? [1, 2]\n: 3\n", "a key must be plain text"},
        BadCase{"Null", sweep_text("seed:\n"), "s.yaml:4: seed: must be a whole number, got nothing"},
        BadCase{"QuotedNumber", sweep_text("loss: {alpha: \"0.5\"}\n"),
                "loss.alpha: must be a number, got \"0.5\""},
        BadCase{"NumberAsName",
                "name: 12\ndataset: {path: d}\nmodel: {text: {encoder: sequence}}\n"
                "stages: [{name: a, seeds: [1]}]\n",
                "s.yaml:1: name: must be text, got 12 (quotes make it text)"},
        BadCase{"SectionAsText", sweep_text("loss: high\n"),
                "s.yaml:4: loss: must be a mapping with keys of terms"},
        BadCase{"KeyAsMap", sweep_text("loss: {alpha: {min: 1}}\n"),
                "loss.alpha: must be a number, got a mapping"},
        BadCase{"Infinity", sweep_text("loss: {alpha: 1e999}\n"), "loss.alpha: must be a number"},
        BadCase{"NotANumber", sweep_text("loss: {alpha: .nan}\n"), "loss.alpha: must be a number"},
        BadCase{"HugeSeed", sweep_text("seed: 99999999999999999999\n"), "seed: must be a whole number"},
        BadCase{"Choice", sweep_text("loss: {geo: gmx}\n"),
                "loss.geo: must be one of gmc, negatives, got \"gmx\""},
        BadCase{"TermTwice", sweep_text("loss: {terms: [task, sem, sem]}\n"), "must not hold \"sem\" twice"},
        BadCase{"NoTask", sweep_text("loss: {terms: [sem]}\n"),
                "loss.terms: must contain task, got [\"sem\"]"},
        BadCase{"NoTerms", sweep_text("loss: {terms: []}\n"),
                "loss.terms: must be a list of task, geo, dis, sem"},
        BadCase{"Precision", sweep_text("training: {precision: fp16}\n"),
                "training.precision: must be one of fp32, tf32, bf16, fp64, got \"fp16\""},
        BadCase{"NoRanks", sweep_text("resources: {gpus_per_trial: 0}\n"),
                "s.yaml:4: resources.gpus_per_trial: must be in [1, 1024], got 0"},
        BadCase{"TwoSpellings", sweep_text("resources:\n  gpus_per_trial: 2\n  ranks_per_trial: 4\n"),
                "s.yaml:5: resources.gpus_per_trial: is another spelling of resources.ranks_per_trial, which "
                "is 4 at s.yaml:6; got 2"},
        BadCase{"SharedCpu", sweep_text("resources: {device: cpu, trials_per_gpu: 2}\n"),
                "s.yaml:4: resources.trials_per_gpu: must be 1 where resources.device is cpu"},
        BadCase{"TooManyOnAGpu", sweep_text("resources: {trials_per_gpu: 17}\n"),
                "must be in [1, 16], got 17"},
        BadCase{"Tf32OnACpu", sweep_text("resources: {device: cpu}\ntraining: {precision: tf32}\n"),
                "s.yaml:5: training.precision: must not be tf32 where resources.device is cpu"},
        BadCase{"WrongSection", sweep_text("training: {temperature: 1}\n"), "did you mean loss.temperature?"},
        BadCase{"WrongSectionName", sweep_text("trainin: {patience: 1}\n"),
                "trainin: unknown key; did you mean training?"},
        BadCase{"NothingNear", sweep_text("zzzzzzzz: 1\n"), "s.yaml:4: zzzzzzzz: unknown key"},
        BadCase{"DuplicateSection", sweep_text("seed: 1\nseed: 1\n"),
                "s.yaml:5: seed: is a duplicate of s.yaml:4"},
        BadCase{"NoStages", "name: a\ndataset: {path: d}\nmodel: {text: {encoder: sequence}}\n",
                "s.yaml:1: stages: is missing"},
        BadCase{"NoName",
                "dataset: {path: d}\nmodel: {text: {encoder: sequence}}\nstages: [{name: a, seeds: [1]}]\n",
                "s.yaml:1: name: is missing"},
        BadCase{"NoDataset", "name: a\nmodel: {text: {encoder: sequence}}\nstages: [{name: a, seeds: [1]}]\n",
                "s.yaml:1: dataset.path: is missing"},
        BadCase{"HeadsDoNotDivide",
                sweep_text("").replace(sweep_text("").find("sequence}"), 9, "sequence}, heads: 5"),
                "s.yaml:3: model.heads: must divide 2 * model.hidden = 128, got 5"},
        BadCase{"BertWithoutWeights",
                "name: a\ndataset: {path: d}\nmodel: {text: {encoder: bert}}\n"
                "stages: [{name: a, seeds: [1]}]\n",
                "s.yaml:3: model.text.weights: is missing"},
        BadCase{"SubsetRouteWithoutFusions",
                sweep_text("evaluation: {route: subset}\nloss: {terms: [task]}\n"),
                "evaluation.route: must not be subset"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Conditions, BadSweepFile,
    testing::Values(
        BadCase{"Word", sweep_text("evaluation: {conditions: all}\n"),
                "evaluation.conditions: must be paper, mr, missmac or a list"},
        BadCase{"Fraction", sweep_text("evaluation: {conditions: [{family: text, rates: [0.5]}]}\n"),
                "evaluation.conditions[0].rates: must be a whole number, got 0.5"},
        BadCase{"RateZero", sweep_text("evaluation: {conditions: [{family: text, rates: [0]}]}\n"),
                "must be in [1, 100]"},
        BadCase{"ConditionTwice", sweep_text("evaluation: {conditions: [{family: text, rates: [10, 10]}]}\n"),
                "holds text/10 twice"},
        BadCase{"CompleteWithRates",
                sweep_text("evaluation: {conditions: [{family: complete, rates: [10]}]}\n"),
                "rates: has no meaning for the family complete"},
        BadCase{"Family", sweep_text("evaluation: {conditions: [{family: txet}]}\n"),
                "family: must be one of complete"},
        BadCase{"NoFamily", sweep_text("evaluation: {conditions: [{rates: [10]}]}\n"), "family: is missing"},
        BadCase{"UnknownConditionKey", sweep_text("evaluation: {conditions: [{family: text, rate: [10]}]}\n"),
                "rate: unknown key; did you mean rates?"}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Stages, BadSweepFile,
    testing::Values(
        BadCase{"NoStage", sweep_text("", "  []\n"), "stages: must be a list of stages"},
        BadCase{"StageAsText", stage("  - final\n"), "stages[0]: must be a mapping with the keys name, from"},
        BadCase{"Unnamed", stage("  - {seeds: [1]}\n"), "stages[0].name: is missing"},
        BadCase{"BadName", stage("  - {name: a b, seeds: [1]}\n"), "must be 1 to 64 of A-Z a-z 0-9 _ -"},
        BadCase{"SameName", stage("  - {name: a, seeds: [1]}\n  - {name: a, seeds: [2]}\n"),
                "s.yaml:6: stages[1].name"},
        BadCase{"NeitherSearchNorRepeat", stage("  - {name: a}\n"),
                "either a `method` (a search) or `seeds`"},
        BadCase{"UnknownStageKey", stage("  - {name: a, seeds: [1], sed: {}}\n"),
                "stages.a.sed: unknown key; did you mean"},
        BadCase{"FromLater",
                search_text(2).insert(search_text(2).find("  - name: search"),
                                      "  - {name: a, from: search, seeds: [1]}\n"),
                "stages.a.from: must name an earlier search stage (there is none), got search"},
        BadCase{"FromRepeat", stage("  - {name: a, seeds: [1]}\n  - {name: b, from: a, seeds: [1]}\n"),
                "must name an earlier search stage"},
        BadCase{"SelectTest",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, select: {split: "
                      "test}}\n"),
                "select.split: cannot be chosen: a selection is made on the validation split"},
        BadCase{"SelectGoal",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, select: {goal: "
                      "maximize}}\n"),
                "select.goal: must be minimize for mae"},
        BadCase{"SelectCondition",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, select: "
                      "{condition: text/55}}\n"),
                "text/55 is not among evaluation.conditions"},
        BadCase{"SelectNoCondition",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, select: "
                      "{condition: txt/5}}\n"),
                "must be like complete, subset/T, text/50 or imbalanced/10-50-90"},
        BadCase{"SeedsInSearch",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1]}, seeds: [1]}\n"),
                "stages.a.seeds: has no meaning in a search"},
        BadCase{"ParametersInRepeat", stage("  - {name: a, seeds: [1], parameters: {loss.alpha: [1]}}\n"),
                "stages.a.parameters: needs a `method`"},
        BadCase{"NoParameters", stage("  - {name: a, method: {type: grid}}\n"),
                "stages.a.parameters: is missing"},
        BadCase{"NoTrials",
                stage("  - {name: a, method: {type: random_grid}, parameters: {loss.alpha: [1]}}\n"),
                "method.trials: is missing"},
        BadCase{"TrialsOfGrid",
                stage("  - {name: a, method: {type: grid, trials: 3}, parameters: {loss.alpha: [1]}}\n"),
                "method.trials: has no meaning for grid"},
        BadCase{"RangeInGrid",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: {min: 0, max: 1}}}\n"),
                "a range needs the method random"},
        BadCase{"RangeUpsideDown",
                stage("  - {name: a, method: {type: random, trials: 1}, parameters: {loss.alpha: {min: 2, "
                      "max: 1}}}\n"),
                "must have min < max"},
        BadCase{"LogFromZero",
                stage("  - {name: a, method: {type: random, trials: 1}, "
                      "parameters: {loss.alpha: {min: 0, max: 1, log: true}}}\n"),
                "must have min > 0 for log"},
        BadCase{"RangeOutside",
                stage("  - {name: a, method: {type: random, trials: 1}, "
                      "parameters: {model.dropout: {min: 0, max: 1}}}\n"),
                "parameters.model.dropout.max: must be in [0, 1), got 1"},
        BadCase{"ValueTwice",
                stage("  - {name: a, method: {type: grid}, parameters: {loss.alpha: [1, 1.0]}}\n"),
                "loss.alpha: holds 1.0 twice"},
        BadCase{"GridTooLarge",
                stage("  - name: a\n    method: {type: grid}\n    parameters:\n"
                      "      training.patience: [1,2,3,4,5,6,7,8,9,10]\n      training.max_epochs: "
                      "[1,2,3,4,5,6,7,8,9,10]\n"
                      "      training.batch_size: [1,2,3,4,5,6,7,8,9,10]\n      model.layers: "
                      "[1,2,3,4,5,6,7,8,9,10]\n"
                      "      model.feed_forward: [1,2,3,4,5,6,7,8,9,10]\n      model.fusion_width: [1,2]\n"),
                "span a grid of more than 100000 points"},
        BadCase{"NestedSet", stage("  - {name: a, seeds: [1], set: {loss: {alpha: 1}}}\n"),
                "stages.a.set.loss: must be a full dotted key"},
        BadCase{"SetFileKey", stage("  - {name: a, seeds: [1], set: {dataset.path: x}}\n"),
                "holds for the whole file"},
        BadCase{"SetUnknown", stage("  - {name: a, seeds: [1], set: {alpha: 1}}\n"),
                "unknown key; did you mean loss.alpha?"},
        BadCase{
            "SetAndParameter",
            stage(
                "  - {name: a, method: {type: grid}, set: {loss.alpha: 1}, parameters: {loss.alpha: [1]}}\n"),
            "is in `set` too"},
        BadCase{"VariantConflict",
                sweep_text("evaluation: {route: subset}\n",
                           "  - name: a\n    seeds: [1]\n    variants:\n"
                           "      all: {}\n      without: {loss.terms: [task]}\n"),
                "s.yaml:10: stages.a.variants.without: evaluation.route must not be subset"},
        BadCase{"PointConflict",
                stage("  - {name: a, method: {type: grid}, parameters: {model.heads: [4, 3]}}\n"),
                "s.yaml:5: stages.a: model.heads must divide"},
        BadCase{"WinnerConflict",
                stage("  - {name: a, method: {type: grid}, parameters: {model.heads: [4, 8]}, select: {}}\n"
                      "  - {name: b, from: a, seeds: [1], set: {model.hidden: 2}}\n"),
                "s.yaml:6: stages.b: model.heads must divide 2 * model.hidden = 4, got 8"},
        BadCase{
            "ZeroWordPieces",
            "name: x\ndataset: {path: d}\nmodel: {name: missmodal, text: {encoder: bert, weights: w}}\n"
            "evaluation: {zero_at: {text: input}}\nstages:\n  - name: a\n    seeds: [1]\n    variants:\n"
            "      all: {}\n      without: {loss.terms: [task]}\n",
            "s.yaml:10: stages.a.variants.without: evaluation.zero_at.text must be representation with the "
            "encoder bert"},
        BadCase{"VariantName", stage("  - {name: a, seeds: [1], variants: {a b: {}}}\n"),
                "a variant's name must be 1 to 64"},
        BadCase{"VariantTwice", stage("  - {name: a, seeds: [1], variants: {x: {}, x: {}}}\n"),
                "stages.a.variants.x: is a duplicate"},
        BadCase{"NoVariants", stage("  - {name: a, seeds: [1], variants: {}}\n"),
                "must be a mapping from names"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(SweepFile, RefusesWhatCannotBeRead) {
  EXPECT_THROW(read_sweep(folder_ / "absent.yaml"), InputError);
  EXPECT_THROW(read_sweep(folder_), InputError);
}

TEST_F(SweepFile, RefusesAliasBombsAndDeepNestingAndHugeFiles) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int k = 1; k < 10; ++k) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_THAT(mistakes(bomb), ElementsAre(HasSubstr("makes the text too large")));
  EXPECT_THAT(mistakes("a: " + std::string(100000, '[')), ElementsAre(HasSubstr("nested too deeply")));
  EXPECT_THAT(mistakes("# " + std::string(kMostBytes, 'x')), ElementsAre(HasSubstr("larger than 1 MiB")));
}

TEST_F(SweepFile, AliasesStandForWhatTheyName) {
  const Sweep sweep =
      read(sweep_text("", "  - {name: a, seeds: &seeds [5, 6]}\n  - {name: b, seeds: *seeds}\n"));
  EXPECT_EQ(sweep.stages[1].seeds, (std::vector<std::int64_t>{5, 6}));
}

TEST_F(SweepFile, OverridesReplaceAddAndAreCheckedLikeTheFile) {
  const std::string file = sweep_text("loss: {alpha: 0.1}\n");
  const Sweep sweep = read(file, {"loss.alpha=0.9", "loss.beta=1", "training.max_epochs=3",
                                  "loss.terms=[task, geo]", "dataset.path=other", "loss.beta=2e0"});
  EXPECT_EQ(sweep.base.loss.alpha, 0.9);
  EXPECT_EQ(sweep.base.loss.beta, 2.0);
  EXPECT_EQ(sweep.base.training.max_epochs, 3);
  EXPECT_EQ(sweep.base.loss.terms, (std::vector{LossTerm::task, LossTerm::geo}));
  EXPECT_EQ(sweep.dataset_path, "other");
  EXPECT_THAT(
      mistakes(file, {"loss.alhpa=1", "model.dropout=2", "nonsense", "seed=[1", "name=", "model.heads=5"}),
      testing::UnorderedElementsAre(
          "--set loss.alhpa=1: unknown key; did you mean loss.alpha?",
          "--set model.dropout=2: must be in [0, 1), got 2", "--set nonsense: must be key=value",
          HasSubstr("--set seed=[1: is not valid YAML"), "--set name=: must be text, got nothing",
          "--set model.heads=5: must divide 2 * model.hidden = 128, got 5"));
}

TEST_F(SweepFile, AnOverrideMendsAFile) {
  EXPECT_THAT(mistakes(sweep_text("loss: {alpha: -1}\n"), {"loss.alpha=1"}), IsEmpty());
}

TEST_F(SweepFile, TakesTheRanksUnderEitherNameEverywhere) {
  const Sweep sweep = read(
      sweep_text("resources: {gpus_per_trial: 2, ranks_per_trial: 2}\n",
                 "  - name: a\n    method: {type: grid}\n    set: {resources.gpus_per_trial: 3}\n"
                 "    parameters: {loss.alpha: [1]}\n"
                 "  - name: b\n    method: {type: grid}\n"
                 "    parameters: {resources.gpus_per_trial: [1, 2], resources.ranks_per_trial: [1, 2]}\n"
                 "  - {name: c, seeds: [1], variants: {wide: {resources.ranks_per_trial: 4}}}\n"));
  EXPECT_EQ(sweep.base.ranks, 2);
  const Settings three{{"resources.ranks_per_trial", 3}};
  EXPECT_EQ(sweep.stages[0].settings, three);
  ASSERT_EQ(sweep.stages[1].parameters.size(), 1U);
  EXPECT_EQ(sweep.stages[1].parameters[0].key, "resources.ranks_per_trial");
  EXPECT_EQ(stage_configuration(sweep, "c", "wide", {}).ranks, 4);
  EXPECT_THAT(mistakes(sweep_text("",
                                  "  - name: a\n    seeds: [1]\n    set:\n"
                                  "      resources.ranks_per_trial: 2\n"
                                  "      resources.gpus_per_trial: 3\n")),
              ElementsAre("s.yaml:9: stages.a.set.resources.gpus_per_trial: is another spelling of "
                          "resources.ranks_per_trial, which is 2 at s.yaml:8; got 3"));
}

TEST_F(SweepFile, AnOverrideReplacesAKeyUnderItsOtherName) {
  const std::string file = sweep_text("resources: {gpus_per_trial: 4}\n");
  EXPECT_EQ(read(file, {"resources.ranks_per_trial=2"}).base.ranks, 2);
  EXPECT_EQ(read(file, {"resources.ranks_per_trial=2", "resources.gpus_per_trial=3"}).base.ranks, 3);
}

TEST_F(SweepFile, FindsAPrecisionThatTheDeviceLacksInAStage) {
  EXPECT_THAT(mistakes(sweep_text("resources: {device: cpu}\n",
                                  "  - {name: a, seeds: [1], set: {training.precision: tf32}}\n")),
              ElementsAre(HasSubstr("s.yaml:6: stages.a: training.precision must not be tf32")));
  for (const char* word : {"fp32", "bf16", "fp64"}) {
    EXPECT_THAT(
        mistakes(sweep_text("resources: {device: cpu}\n"), {std::string("training.precision=") + word}),
        IsEmpty());
  }
}

// Whatever the bytes: a sweep or an InputError, nothing else.
TEST_F(SweepFile, SurvivesMutatedFiles) {
  const std::string valid = search_text(
      3,
      "  - {name: final, from: search, seeds: &s [1, 2], variants: {on: {}, off: {loss.terms: [task]}}}\n");
  const std::string alphabet = "{}[]:,-&*!|>'\"%@`#?~ \n\t\r09.ez\xff\xc3";
  NumberStream numbers("mutations");
  int refused = 0;
  for (int round = 0; round < 500; ++round) {
    std::string text = valid;
    for (std::uint64_t edits = 1 + numbers.below(4); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = numbers.below(text.size());
      const std::size_t length = numbers.below(8);
      const std::uint64_t kind = numbers.below(4);
      if (kind == 0) text.erase(at, length);
      if (kind == 1) text.insert(at, 1, alphabet[numbers.below(alphabet.size())]);
      if (kind == 2) text[at] = alphabet[numbers.below(alphabet.size())];
      if (kind == 3) text.insert(at, text.substr(numbers.below(text.size()), length * 8));
    }
    try {
      read(text);
    } catch (const InputError&) {
      ++refused;
    } catch (const std::exception& error) {
      FAIL() << error.what() << "\n" << text;
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 500);
}

TEST_F(SweepFile, KeepsTheFilesBytes) {
  const std::string file = "# a comment\r\n" + sweep_text();
  EXPECT_EQ(read(file).text, file);
}

struct Shipped {
  const char* name;
  std::size_t search;
  std::size_t repeat;
};

class ShippedSweep : public testing::TestWithParam<Shipped> {};

TEST_P(ShippedSweep, ReadsWithoutMistakesAndPlansThePapersMatrix) {
  const Sweep sweep = read_sweep(std::filesystem::path(MISSMODAL_SOURCE_DIR) / "sweeps" /
                                 (std::string(GetParam().name) + ".yaml"));
  EXPECT_EQ(sweep.name, GetParam().name);
  EXPECT_EQ(sweep.evaluation.conditions, paper_conditions());
  ContentHashes hashes{"dataset", {}};
  for (const std::string& path : weights_paths(sweep)) hashes.weights_sha256[path] = "weights";
  ASSERT_GE(sweep.stages.size(), 2U);
  EXPECT_EQ(points(sweep, sweep.stages[0]).size(), 27U);
  EXPECT_EQ(plan_stage(sweep, sweep.stages[0], {}, hashes).size(), GetParam().search);
  EXPECT_EQ(plan_stage(sweep, sweep.stages[1], points(sweep, sweep.stages[0]).front(), hashes).size(),
            GetParam().repeat);
}

INSTANTIATE_TEST_SUITE_P(Files, ShippedSweep,
                         testing::Values(Shipped{"quickstart", 27, 24}, Shipped{"mosi_context", 50, 40},
                                         Shipped{"mosi", 50, 45}, Shipped{"mosei", 50, 45}),
                         [](const auto& test) { return std::string(test.param.name); });

// One search of every baseline, and one small sweep of all models.
TEST(ShippedSweeps, OfBaselinesReadWithoutMistakes) {
  const std::filesystem::path folder = std::filesystem::path(MISSMODAL_SOURCE_DIR) / "sweeps";
  const Sweep all = read_sweep(folder / "all_models_synthetic.yaml");
  std::set<std::string> trained;
  for (const Variant& variant : all.stages.front().variants)
    trained.insert(variant.settings.at("model.name").get<std::string>());
  trained.insert(all.stages.at(1).settings.at("model.name").get<std::string>());
  const ContentHashes hashes{"dataset", {{"models/bert-base-uncased", "weights"}}};
  for (const ModelKind& kind : model_kinds()) {
    const std::string name(kind.name);
    EXPECT_TRUE(trained.contains(name)) << name;
    if (name == "missmodal") continue;
    const Sweep sweep = read_sweep(folder / "baselines" / (name + ".yaml"));
    EXPECT_EQ(sweep.base.model.name, name);
    EXPECT_EQ(plan_stage(sweep, sweep.stages[0], {}, hashes).size(), 50U);
    EXPECT_EQ(plan_stage(sweep, sweep.stages[1], points(sweep, sweep.stages[0]).front(), hashes).size(), 5U);
  }
}

}  // namespace
}  // namespace missmodal::sweeps
