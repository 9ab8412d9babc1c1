#include "trainer/model/registry.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/model_kind.h"
#include "tests/trainer/model/tiny_model.h"
#include "trainer/model/missmodal.h"

namespace missmodal::trainer {
namespace {

TEST(Registry, HasAFactoryForEveryNameOfTheSweepFile) {
  std::vector<std::string_view> built;
  for (const ModelFactory& factory : model_factories()) built.push_back(factory.name);
  const auto names = sweeps::model_names();
  EXPECT_EQ(built, std::vector<std::string_view>(names.begin(), names.end()));
}

TEST(Registry, BuildsTheModelThatTheConfigurationNames) {
  const auto configuration = testing::tiny_configuration(sweeps::TextEncoder::sequence);
  EXPECT_NE(dynamic_cast<MissModal*>(make_model(configuration, testing::kTinyWidths).get()), nullptr);
  const auto empty = make_empty_model(configuration, testing::kTinyWidths, "");
  EXPECT_NE(dynamic_cast<MissModal*>(empty.get()), nullptr);
}

TEST(Registry, AnUnknownNameListsWhatThereIs) {
  auto configuration = testing::tiny_configuration(sweeps::TextEncoder::sequence);
  configuration.model.name = "other";
  try {
    make_model(configuration, testing::kTinyWidths);
    FAIL() << "built";
  } catch (const InputError& error) {
    EXPECT_TRUE(std::string_view(error.what())
                    .starts_with("model.name: no such model: other; there are: missmodal, "));
  }
  EXPECT_THROW(make_empty_model(configuration, testing::kTinyWidths, ""), InputError);
}

}  // namespace
}  // namespace missmodal::trainer
