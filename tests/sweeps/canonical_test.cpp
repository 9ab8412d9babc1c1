#include "sweeps/canonical.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/key.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

const std::string kData(64, 'd');

Configuration bert() {
  Configuration configuration;
  configuration.model.text_weights = "models/bert";
  configuration.model.text_weights_sha256 = std::string(64, 'b');
  return configuration;
}

Configuration sequence() {
  Configuration configuration;
  configuration.model.text_encoder = TextEncoder::sequence;
  return configuration;
}

// A value of the key's type that differs from `now`.
json another(const Key& key, const json& now) {
  switch (key.type.kind) {
    case Kind::whole:
      return now.get<std::int64_t>() * 2 + (now == 0 ? 1 : 0);
    case Kind::number:
      return now.get<double>() / 2 + (now == 0.0 ? 0.25 : 0);
    case Kind::flag:
      return !now.get<bool>();
    case Kind::choice:
      return key.type.choices[now == key.type.choices[0] ? 1 : 0];
    case Kind::list:
      return json::array({"task", "geo"});
    default:
      return "another";
  }
}

TEST(Canonical, IsTheGoldenTextOfTheDefaults) {
  EXPECT_EQ(
      canonical(sequence(), "abc"),
      R"({"dataset":"abc","evaluation":{"route":"subset"},)"
      R"("loss":{"alpha":0.5,"beta":0.5,"dis":"mean_sq","geo":"gmc","temperature":0.7,"terms":["task","geo","dis","sem"]},)"
      R"("model":{"dropout":0.1,"feed_forward":4,"fusion_dropout":0.1,"fusion_width":128,"heads":4,"hidden":64,)"
      R"("layers":3,"name":"missmodal","text":{"encoder":"sequence"}},"normalize":"zscore","ranks":1,"seed":1111,)"
      R"("semantics":2,"training":{"batch_size":32,"clip_norm":1.0,"epsilon":1e-08,"learning_rate":0.0005,)"
      R"("max_epochs":50,"patience":8,"precision":"fp32","warmup_steps":0,"weight_decay":0.01}})");
}

TEST(Canonical, ChangesWithEveryKeyOfTheIdentityAndWithNoOther) {
  for (const Configuration& base : {bert(), sequence()}) {
    for (const Key& key : configuration_keys()) {
      if (key.path == "model.name") continue;  // another model has other keys: own_keys_test.cpp
      Configuration changed = base;
      key.set(changed, another(key, key.get(base)));
      Configuration resolved = base;
      resolved.evaluation.route = resolved_route(base);
      // What is off is left out: it came later.
      if (key.type.kind == Kind::flag || key.path == "training.robust.modality") resolved = changed;
      bool effect = key.in_identity && (key.has_effect == nullptr || key.has_effect(resolved));
      if (key.path == "evaluation.route") effect = false;  // `subset` is what `auto` means here
      EXPECT_EQ(canonical(changed, kData) != canonical(base, kData), effect) << key.path;
    }
  }
}

TEST(Canonical, ChangesWithSeedDataAndWeights) {
  const std::string text = canonical(bert(), kData);
  Configuration changed = bert();
  changed.seed = 2;
  EXPECT_NE(canonical(changed, kData), text);
  changed = bert();
  changed.model.text_weights_sha256 = std::string(64, 'c');
  EXPECT_NE(canonical(changed, kData), text);
  EXPECT_NE(canonical(bert(), "other"), text);
  EXPECT_EQ(dataset_sha256_of(text, "cell"), kData);
  EXPECT_EQ(text.find("models/bert"), std::string::npos);
}

struct Silent {
  const char* path;
  const char* terms;  // loss.terms under which the key has no effect
};

TEST(Canonical, LeavesOutWhatHasNoEffect) {
  for (const Silent& silent :
       {Silent{"loss.alpha", R"(["task","dis"])"}, Silent{"loss.temperature", R"(["task","sem"])"},
        Silent{"loss.geo", R"(["task"])"}, Silent{"loss.beta", R"(["task","geo"])"},
        Silent{"loss.dis", R"(["task","sem"])"}, Silent{"evaluation.zero_at.text", R"(["task","geo"])"}}) {
    const Key& key = *find_key(silent.path);
    Configuration base = sequence();
    find_key("loss.terms")->set(base, json::parse(silent.terms));
    Configuration changed = base;
    key.set(changed, another(key, key.get(base)));
    EXPECT_EQ(canonical(changed, kData), canonical(base, kData)) << silent.path;
  }
  Configuration full = sequence();
  full.loss.terms = {LossTerm::task};
  Configuration changed = full;
  changed.evaluation.zero_audio = ZeroAt::representation;
  EXPECT_NE(canonical(changed, kData), canonical(full, kData));
}

TEST(Canonical, ResolvesTheRoute) {
  Configuration configuration = sequence();
  EXPECT_EQ(json::parse(canonical(configuration, kData))["evaluation"]["route"], "subset");
  configuration.loss.terms = {LossTerm::task};
  EXPECT_EQ(json::parse(canonical(configuration, kData))["evaluation"]["route"], "full");
  configuration.evaluation.route = Route::subset;
  EXPECT_THROW(canonical(configuration, kData), InputError);
}

TEST(ParseConfiguration, IsTheInverse) {
  Configuration task_only = sequence();
  task_only.loss.terms = {LossTerm::task};
  task_only.evaluation.zero_vision = ZeroAt::representation;
  task_only.training.learning_rate = 1.0 / 3;
  task_only.seed = (std::int64_t{1} << 53) - 1;
  for (const Configuration& configuration : {bert(), sequence(), task_only}) {
    const std::string text = canonical(configuration, kData);
    const Configuration parsed = parse_configuration(text, "cell");
    EXPECT_EQ(canonical(parsed, kData), text);
    Configuration expected = configuration;
    expected.evaluation.route = resolved_route(configuration);
    expected.model.text_weights.clear();
    if (expected.model.text_encoder == TextEncoder::bert || expected.loss.has(LossTerm::sem)) {
      EXPECT_EQ(parsed, expected);  // the defaults stand where a key has no effect
    }
  }
}

TEST(ParseConfiguration, TakesDefaultsForKeysLeftOut) {
  const Configuration parsed = parse_configuration(
      R"({"dataset":"d","model":{"text":{"encoder":"sequence"}},"ranks":1,"seed":3,"semantics":2})", "cell");
  EXPECT_EQ(parsed.training.batch_size, 32);
  EXPECT_EQ(parsed.evaluation.route, Route::subset);
  EXPECT_EQ(parsed.seed, 3);
}

TEST(ParseConfiguration, ReadsEarlierSemanticsOnlyForWhoNeedsTheNetworkAlone) {
  json root = json::parse(canonical(sequence(), kData));
  const auto refusal = [&](const json& semantics, ReadSemantics reader) -> std::string {
    root["semantics"] = semantics;
    try {
      parse_configuration(root.dump(), "x", reader);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refusal(2, ReadSemantics::current), "");
  EXPECT_EQ(refusal(1, ReadSemantics::same_network), "");
  EXPECT_EQ(refusal(2, ReadSemantics::same_network), "");
  EXPECT_EQ(
      refusal(1, ReadSemantics::current),
      "x: semantics: is 1: an earlier version of missmodal wrote it, whose results are not this one's (2)");
  for (const ReadSemantics reader : {ReadSemantics::current, ReadSemantics::same_network}) {
    EXPECT_EQ(refusal(3, reader),
              "x: semantics: is 3: a later version of missmodal wrote it, this one writes 2");
    EXPECT_EQ(refusal(0, reader), "x: semantics: is 0, which no version of missmodal wrote");
    EXPECT_EQ(refusal("2", reader), "x: semantics: is \"2\", which no version of missmodal wrote");
    EXPECT_EQ(refusal(nullptr, reader), "x: semantics: is nothing, which no version of missmodal wrote");
  }
}

// Where one rank trains, nothing has changed since 2.
TEST(ParseConfiguration, ReadsTheSemanticsThatConcernTheRanks) {
  Configuration wide = sequence();
  wide.ranks = 2;
  json root = json::parse(canonical(wide, kData));
  EXPECT_EQ(root["semantics"], 3);
  root["semantics"] = 2;
  EXPECT_EQ(parse_configuration(root.dump(), "x", ReadSemantics::same_network).ranks, 2);
  try {
    parse_configuration(root.dump(), "x");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(
        error.what(),
        "x: semantics: is 2: an earlier version of missmodal wrote it, whose results are not this one's (3)");
  }
}

TEST(ParseConfiguration, KeepsTheRanks) {
  Configuration wide = sequence();
  wide.ranks = 4;
  const std::string text = canonical(wide, kData);
  EXPECT_THAT(text, testing::HasSubstr(R"("ranks":4,)"));
  EXPECT_EQ(parse_configuration(text, "cell").ranks, 4);
}

TEST(Canonical, SpellsNumbersInTheFewestDigits) {
  Configuration configuration = sequence();
  configuration.training.epsilon = 1.532204e-07;
  EXPECT_THAT(canonical(configuration, kData), testing::HasSubstr(R"("epsilon":1.532204e-07,)"));
}

class BadConfiguration : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BadConfiguration, IsRefusedByName) {
  json root = json::parse(canonical(sequence(), kData));
  root.merge_patch(json::parse(GetParam().first));
  try {
    parse_configuration(root.dump(), "m.safetensors");
    FAIL() << "accepted " << root.dump();
  } catch (const InputError& error) {
    EXPECT_EQ(error.mistakes().size(), 1U);
    EXPECT_THAT(error.what(), testing::StartsWith("m.safetensors: "));
    EXPECT_THAT(error.what(), testing::HasSubstr(GetParam().second));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Patches, BadConfiguration,
    testing::Values(std::pair{R"({"loss":{"gamma":1}})", "/loss/gamma: is not a key"},
                    std::pair{R"({"extra":{}})", "/extra: is not a key"},
                    std::pair{R"({"model":{"text":{"weights":"x"}}})", "/model/text/weights: is not a key"},
                    std::pair{R"({"loss":{"alpha":"high"}})", "loss.alpha: must be a number"},
                    std::pair{R"({"model":{"dropout":1}})", "model.dropout: must be in [0, 1)"},
                    std::pair{R"({"model":{"heads":5}})", "model.heads: must divide"},
                    std::pair{R"({"model":{"text":{"encoder":"bert"}}})", "model.text.weights: is missing"},
                    std::pair{R"({"model":{"text":{"weights_sha256":"x"}}})",
                              "weights_sha256: must be a SHA-256"},
                    std::pair{R"({"seed":-1})", "seed: must be in [0,"},
                    std::pair{R"({"seed":null})", "seed: is missing"},
                    std::pair{R"({"dataset":null})", "dataset: must be the dataset's content hash"},
                    std::pair{R"({"ranks":0})", "resources.ranks_per_trial: must be in [1, 1024], got 0"},
                    std::pair{R"({"resources":{"ranks_per_trial":2}})", "ranks_per_trial: is not a key"},
                    std::pair{R"({"semantics":9})", "semantics: is 9"},
                    std::pair{R"({"loss":7})", "/loss: is not a key"}));

TEST(ParseConfiguration, RefusesWhatIsNoJsonObject) {
  for (const char* text : {"", "{", "[]", "7", "{\"a\":", "\xff"}) {
    EXPECT_THROW(parse_configuration(text, "cell"), InputError) << text;
    EXPECT_THROW(dataset_sha256_of(text, "cell"), InputError) << text;
  }
}

}  // namespace
}  // namespace missmodal::sweeps
