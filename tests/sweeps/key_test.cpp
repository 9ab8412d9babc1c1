#include "sweeps/key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sweeps/file_key.h"

namespace missmodal::sweeps {
namespace {

TEST(Keys, EveryDefaultIsAValueOfItsOwnKeyAndSettingItChangesNothing) {
  for (const Key& key : configuration_keys()) {
    Configuration configuration;
    const nlohmann::json value = key.get(configuration);
    if (key.path == "model.text.weights") continue;  // has no default
    const Typed checked = typed(key.type, value);
    ASSERT_TRUE(checked.ok()) << key.path << " " << checked.reason;
    EXPECT_EQ(checked.value.dump(), value.dump()) << key.path;
    key.set(configuration, checked.value);
    EXPECT_EQ(configuration, Configuration{}) << key.path;
  }
}

TEST(Keys, EveryChoiceCanBeSetAndReadBack) {
  for (const Key& key : configuration_keys()) {
    for (std::string_view word : key.type.choices) {
      if (key.type.kind != Kind::choice) continue;
      Configuration configuration;
      key.set(configuration, std::string(word));
      EXPECT_EQ(key.get(configuration), word) << key.path;
    }
  }
}

TEST(Keys, AFlagIsTrueOrFalseAndNoWordOrNumber) {
  const Key* key = find_key("training.deterministic");
  ASSERT_NE(key, nullptr);
  Configuration configuration;
  key->set(configuration, typed(key->type, true).value);
  EXPECT_TRUE(configuration.training.deterministic);
  EXPECT_EQ(typed(key->type, "yes").reason, "must be true or false, got \"yes\"");
  EXPECT_EQ(typed(key->type, 1).reason, "must be true or false, got 1");
}

TEST(Keys, EachKeyHasAFieldOfItsOwn) {
  for (const Key& key : configuration_keys()) {
    if (key.type.kind != Kind::number && key.type.kind != Kind::whole) continue;
    Configuration changed;
    key.set(changed, key.type.kind == Kind::whole ? nlohmann::json(7) : nlohmann::json(0.375));
    for (const Key& other : configuration_keys()) {
      if (&other == &key) continue;
      EXPECT_EQ(other.get(changed), other.get(Configuration{})) << key.path << " " << other.path;
    }
  }
}

TEST(Keys, NoPathOccursTwice) {
  std::set<std::string_view> paths;
  for (std::string_view path : file_level_paths()) EXPECT_TRUE(paths.insert(path).second) << path;
}

TEST(ValueType, NormalisesNumbersAndLists) {
  const ValueType number{Kind::number, {0, 1}};
  EXPECT_EQ(typed(number, 1).value.dump(), "1.0");
  EXPECT_EQ(typed(number, -0.0).value.dump(), "0.0");
  const ValueType list{Kind::list, {}, {"a", "b"}};
  EXPECT_EQ(typed(list, {"b", "a"}).value.dump(), R"(["a","b"])");
}

TEST(ValueType, ShortensWhatAMessageShows) {
  EXPECT_EQ(shown(std::string(500, 'x')).size(), 63U);
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xbc";
  std::string expected = "\"";
  expected.append(umlauts, 0, 58).append("...");
  EXPECT_EQ(shown(umlauts), expected);
  EXPECT_EQ(shown("\xff"), "\"\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace missmodal::sweeps
