// Keys and defaults that are one model's alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sweeps/canonical.h"
#include "sweeps/error.h"
#include "sweeps/key.h"
#include "sweeps/plan.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kData(64, 'd');

TEST(OwnKeys, DefaultsAreValuesOfTheirKeys) {
  for (const ModelKind& kind : model_kinds()) {
    for (const char* column : {"mosi", "mosei"}) {
      const Configuration configuration = configured({{"model.name", std::string(kind.name)},
                                                      {"model.defaults", column},
                                                      {"model.text.weights", "where BERT lies"}});
      EXPECT_EQ(configuration.model.own.size(), kind.own_keys.size());
      for (const Key& key : own_keys(kind)) {
        const json value = key.get(configuration);
        EXPECT_EQ(typed(key.type, value).value.dump(), value.dump()) << key.path;
        EXPECT_TRUE(kind.reads(key.path));
        EXPECT_EQ(find_key(key.path), &key);
      }
      EXPECT_TRUE(conflicts(configuration).empty()) << kind.name;
    }
  }
}

TEST(OwnKeys, AreInTheIdentityOfTheirModelAlone) {
  EXPECT_EQ(
      canonical(configured({{"model.name", "lmf"}, {"model.lmf.rank", 2}, {"loss.alpha", 0.25}}), "abc"),
      R"({"dataset":"abc","evaluation":{"route":"full","zero_at":{"audio":"input","text":"input","vision":"input"}},)"
      R"("model":{"lmf":{"audio_dropout":0.3,"audio_hidden":16,"factor_learning_rate":0.001,"rank":2,)"
      R"("text_hidden":128,"text_out":64,"vision_dropout":0.3,"vision_hidden":128},"name":"lmf"},)"
      R"("normalize":"zscore","ranks":1,"seed":1111,"semantics":2,"training":{"batch_size":64,"clip_norm":0.0,)"
      R"("epsilon":1e-08,"learning_rate":0.001,"max_epochs":200,"patience":8,"precision":"fp32",)"
      R"("warmup_steps":0,"weight_decay":0.005}})");
  EXPECT_EQ(configured({}), Configuration());
}

TEST(OwnKeys, AreReadBack) {
  for (const ModelKind& kind : model_kinds()) {
    for (const char* column : {"mosi", "mosei"}) {
      Configuration configuration = configured({{"model.name", std::string(kind.name)},
                                                {"model.defaults", column},
                                                {"model.text.encoder", "sequence"}});
      const std::string text = canonical(configuration, kData);
      const Configuration parsed = parse_configuration(text, "cell");
      EXPECT_EQ(canonical(parsed, kData), text);
      EXPECT_EQ(parsed.model.own, configuration.model.own);
    }
  }
  json root = json::parse(canonical(configured({{"model.name", "lmf"}}), kData));
  root["model"]["tfn"]["text_out"] = 4;
  EXPECT_THROW(parse_configuration(root.dump(), "cell"), InputError);
  root["model"].erase("tfn");
  root["model"]["lmf"]["rank"] = 0;
  EXPECT_THROW(parse_configuration(root.dump(), "cell"), InputError);
}

// The columns differ in the values alone, and values are what counts.
TEST(OwnKeys, TheColumnOfDefaultsIsNotInTheIdentity) {
  Settings settings{{"model.name", "lf_dnn"}, {"model.defaults", "mosei"}};
  const Configuration mosei = configured(settings);
  settings["model.defaults"] = "mosi";
  const Configuration mosi = configured(settings);
  EXPECT_EQ(mosi.training.batch_size, 128);
  EXPECT_EQ(mosei.training.batch_size, 64);
  EXPECT_NE(canonical(mosi, kData), canonical(mosei, kData));
  settings.insert({{"model.lf_dnn.audio_hidden", 32},
                   {"model.lf_dnn.text_out", 128},
                   {"training.batch_size", 64},
                   {"training.learning_rate", 2e-3},
                   {"training.weight_decay", 1e-3}});
  EXPECT_EQ(canonical(configured(settings), kData), canonical(mosei, kData));
}

class OwnKeysInFiles : public SweepText {
 protected:
  static std::string file(const std::string& model, const std::string& stages) {
    return "name: s\ndataset: {path: d}\nmodel: {" + model + "}\nstages:\n" + stages;
  }
  static Configuration first(const Sweep& sweep, std::size_t variant = 0) {
    const Stage& stage = sweep.stages.back();
    return stage_configuration(sweep, stage.name, stage.variants.empty() ? "" : stage.variants[variant].name,
                               {});
  }
};

TEST_F(OwnKeysInFiles, WhatTheFileSaysHoldsOverTheModelsDefaults) {
  const Sweep sweep = read(file("name: tfn, defaults: mosei, tfn: {text_out: 8}",
                                "  - {name: r, seeds: [1], set: {training.batch_size: 5}}\n"));
  EXPECT_EQ(sweep.base.model.of<int>("text_out"), 8);
  EXPECT_EQ(sweep.base.training.batch_size, 128);
  EXPECT_EQ(first(sweep).training.batch_size, 5);
  EXPECT_EQ(first(sweep).model.of<int>("audio_hidden"), 16);
}

TEST_F(OwnKeysInFiles, AVariantOfAnotherModelHasThatModelsDefaults) {
  const Sweep sweep =
      read(file("text: {encoder: bert, weights: w}",
                "  - name: r\n    seeds: [1]\n    set: {training.max_epochs: 3}\n    variants:\n"
                "      all: {}\n"
                "      lf_dnn: {model.name: lf_dnn}\n"
                "      lmf: {model.name: lmf, model.lmf.rank: 2, training.batch_size: 7}\n") +
           "training: {learning_rate: 0.25}\n");
  EXPECT_EQ(first(sweep, 0).training.batch_size, 32);
  EXPECT_EQ(first(sweep, 1).training.batch_size, 128);
  EXPECT_EQ(first(sweep, 1).training.max_epochs, 3);
  EXPECT_EQ(first(sweep, 1).training.learning_rate, 0.25);  // the file says so
  EXPECT_EQ(first(sweep, 1).model.text_encoder, TextEncoder::sequence);
  EXPECT_EQ(first(sweep, 1).model.text_weights, "");
  EXPECT_EQ(first(sweep, 2).model.of<int>("rank"), 2);
  EXPECT_EQ(first(sweep, 2).training.batch_size, 7);
  EXPECT_EQ(weights_paths(sweep), (std::vector<std::string>{"w"}));
}

TEST_F(OwnKeysInFiles, AreSearchedAsAnyKey) {
  const Sweep sweep =
      read(file("name: tfn",
                "  - name: s\n    method: {type: random, trials: 4}\n"
                "    parameters: {model.tfn.text_out: {min: 2, max: 9}, model.tfn.post_fusion: [4, 6]}\n"
                "    select: {metric: mae}\n"
                "  - {name: r, from: s, seeds: [1]}\n"));
  const ContentHashes hashes{kData, {}};
  const auto cells = plan_stage(sweep, sweep.stages[0], {}, hashes);
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_THAT(cells[0].point, HasSubstr("model.tfn.text_out"));
  const auto repeat = plan_stage(sweep, sweep.stages[1], parse_point(cells[0].point), hashes);
  EXPECT_EQ(parse_configuration(repeat[0].configuration, "").model.own,
            parse_configuration(cells[0].configuration, "").model.own);
}

TEST_F(OwnKeysInFiles, OfAnotherModelAreMistakes) {
  EXPECT_THAT(
      mistakes(file("name: lmf, tfn: {text_out: 8}", "  - {name: r, seeds: [1]}\n")),
      ElementsAre("s.yaml:3: model.tfn.text_out: is a key of the model tfn, and no model.name here is tfn"));
  EXPECT_THAT(
      mistakes(file("name: lmf",
                    "  - {name: r, seeds: [1], set: {model.tfn.text_out: 8}}\n"
                    "  - name: q\n    seeds: [1]\n    variants:\n"
                    "      a: {model.name: tfn}\n"
                    "      b: {model.tfn.text_out: 8}\n"
                    "  - name: t\n    method: {type: grid}\n    parameters: {model.tfn.text_out: [4, 8]}\n")),
      ElementsAre("s.yaml:5: stages.r.set.model.tfn.text_out: is a key of the model tfn, and no model.name "
                  "here is tfn",
                  "s.yaml:10: stages.q.variants.b.model.tfn.text_out: is a key of the model tfn, and no "
                  "model.name here is tfn",
                  "s.yaml:13: stages.t.parameters.model.tfn.text_out: is a key of the model tfn, and no "
                  "model.name here is "
                  "tfn"));
  EXPECT_TRUE(mistakes(file("tfn: {text_out: 8}, text: {encoder: sequence}",
                            "  - {name: r, seeds: [1], variants: {a: {model.name: tfn}, b: {}}}\n"))
                  .empty());
  EXPECT_THAT(mistakes(file("name: tfn", "  - {name: r, seeds: [1]}\n"), {"model.tfn.text_hiden=3"}),
              ElementsAre(HasSubstr("model.tfn.text_hidden")));
}

TEST_F(OwnKeysInFiles, OfASearchSomeModelReads) {
  EXPECT_THAT(
      mistakes(file("text: {encoder: sequence}",
                    "  - name: t\n    method: {type: grid}\n    set: {model.name: tfn}\n    parameters:\n"
                    "      model.tfn.text_out: [4, 8]\n      loss.alpha: [0.3, 0.5]\n"
                    "      model.hidden: [4, 8]\n")),
      ElementsAre(
          "s.yaml:10: stages.t.parameters.loss.alpha: changes nothing: no model here reads it (tfn)",
          "s.yaml:11: stages.t.parameters.model.hidden: changes nothing: no model here reads it (tfn)"));
  EXPECT_TRUE(mistakes(file("text: {encoder: sequence}",
                            "  - name: t\n    method: {type: grid}\n    parameters:\n"
                            "      model.name: [tfn, misa]\n      model.hidden: [4, 8]\n"))
                  .empty());
}

TEST_F(OwnKeysInFiles, WhatAModelCannotTakeIsAMistake) {
  EXPECT_THAT(
      mistakes(file("name: tfn", "  - {name: r, seeds: [1]}\n") + "evaluation: {route: subset}\n"),
      ElementsAre(HasSubstr("s.yaml:6: evaluation.route: must not be subset: this model has no network")));
  EXPECT_THAT(
      mistakes(file("text: {encoder: sequence}",
                    "  - name: r\n    seeds: [1]\n    variants:\n"
                    "      a: {evaluation.route: subset}\n"
                    "      b: {model.name: tfn, evaluation.route: subset}\n"
                    "  - name: t\n    method: {type: grid}\n    set: {model.name: lmf}\n"
                    "    parameters: {evaluation.route: [full, subset]}\n"
                    "    select: {metric: mae}\n"
                    "  - {name: u, seeds: [1], set: {model.name: mfn, evaluation.route: subset}}\n")),
      ElementsAre(HasSubstr("s.yaml:9: stages.r.variants.b: evaluation.route must not be subset: this model"),
                  HasSubstr("s.yaml:10: stages.t: evaluation.route must not be subset: this model"),
                  HasSubstr("s.yaml:15: stages.u: evaluation.route must not be subset: this model")));
  EXPECT_THAT(
      mistakes(file("name: ef_lstm", "  - {name: r, seeds: [1]}\n") +
               "evaluation: {zero_at: {audio: representation}}\n"),
      ElementsAre(HasSubstr("s.yaml:6: evaluation.zero_at.audio: must be input: this model has no vector")));
  EXPECT_THAT(
      mistakes(file("name: tfn", "  - {name: r, seeds: [1], variants: {a: {model.name: ef_lstm}}}\n") +
               "evaluation: {zero_at: {audio: representation}}\n"),
      ElementsAre(HasSubstr("stages.r.variants.a: evaluation.zero_at.audio must be input")));
  EXPECT_THAT(mistakes(file("name: ctfn, ctfn: {heads: 3}", "  - {name: r, seeds: [1]}\n")),
              ElementsAre("s.yaml:3: model.ctfn.heads: must divide model.ctfn.width = 128, got 3"));
  EXPECT_THAT(mistakes(file("name: mult, mult: {heads: 4}", "  - {name: r, seeds: [1]}\n")),
              ElementsAre("s.yaml:3: model.mult.heads: must divide model.mult.width = 50, got 4"));
  EXPECT_THAT(mistakes(file("name: misa, text: {encoder: sequence}, misa: {hidden: 5}",
                            "  - {name: r, seeds: [1]}\n")),
              ElementsAre("s.yaml:3: model.misa.hidden: must be even: the Transformer layer has two heads"));
  EXPECT_THAT(
      mistakes(file("name: misa, text: {encoder: sequence}, heads: 3", "  - {name: r, seeds: [1]}\n")),
      ElementsAre(HasSubstr("s.yaml:3: model.heads: must divide 2 * model.hidden = 128, got 3")));
  // The other column has other widths.
  EXPECT_THAT(
      mistakes(file("name: mult, mult: {heads: 25}",
                    "  - {name: r, seeds: [1], variants: {a: {}, b: {model.defaults: mosei}}}\n")),
      ElementsAre(
          "s.yaml:5: stages.r.variants.b: model.mult.heads must divide model.mult.width = 30, got 25"));
  const std::string grid =
      "  - name: t\n    method: {type: grid}\n    parameters: {model.ctfn.width: [128, 12]}\n";
  EXPECT_THAT(mistakes(file("name: ctfn", grid)),
              ElementsAre(HasSubstr(
                  "s.yaml:5: stages.t: model.ctfn.heads must divide model.ctfn.width = 12, got 8")));
}

}  // namespace
}  // namespace missmodal::sweeps
