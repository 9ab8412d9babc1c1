#include "sweeps/model_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sweeps/configuration.h"
#include "sweeps/error.h"
#include "sweeps/key.h"

namespace missmodal::sweeps {
namespace {

TEST(ModelKind, AnUnknownNameListsWhatThereIs) {
  try {
    model_kind("mismodal");
    FAIL() << "found";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(),
                testing::StartsWith("model.name: no such model: mismodal; there are: missmodal, "));
  }
  Configuration unknown;
  unknown.model.name = "mismodal";
  EXPECT_THROW(resolved_route(unknown), InputError);
}

TEST(ModelKind, ReadsKeysThatExistAndEachKeyBelongsToAModel) {
  std::set<std::string_view> read;
  for (const ModelKind& kind : model_kinds()) {
    for (std::string_view key : kind.keys) {
      EXPECT_NE(find_key(key), nullptr) << kind.name << " " << key;
      read.insert(key);
    }
  }
  for (std::string_view path : configuration_key_paths()) {
    const bool of_models = path.starts_with("model.") || path.starts_with("loss.");
    const bool chooses = path == "model.name" || path == "model.defaults";
    EXPECT_EQ(read.contains(path) || owner_of(path) != nullptr, of_models && !chooses) << path;
  }
}

TEST(ModelKind, IsAChoiceOfTheSweepFile) {
  EXPECT_THAT(find_key("model.name")->type.choices, testing::ElementsAreArray(model_names()));
}

}  // namespace
}  // namespace missmodal::sweeps
