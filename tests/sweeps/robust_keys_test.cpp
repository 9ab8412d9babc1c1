// Robust training in a sweep file: who has it, and what it leaves in a training's identity.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sweeps/canonical.h"
#include "sweeps/key.h"
#include "sweeps/model_kind.h"

namespace missmodal::sweeps {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kData(64, 'd');

Configuration of(const std::string& model, Settings more) {
  more["model.name"] = model;
  more["model.text.encoder"] = "sequence";
  return configured(more);
}

TEST(RobustKeys, AreInTheIdentityWhereTheyAreOn) {
  const Settings off{{"training.robust.missing", 0.5}};
  EXPECT_EQ(canonical(of("misa", off), kData), canonical(of("misa", {}), kData));
  EXPECT_THAT(canonical(of("misa", off), kData), Not(HasSubstr("robust")));
  const Configuration on =
      of("misa", {{"training.robust.modality", "text"}, {"training.robust.noise", 0.25}});
  const std::string text = canonical(on, kData);
  EXPECT_THAT(text, HasSubstr(R"("robust":{"missing":0.15,"modality":"text","noise":0.25})"));
  EXPECT_EQ(canonical(parse_configuration(text, "place"), kData), text);
}

TEST(RobustKeys, AreForModelsThatHaveEncoders) {
  const Settings on{{"training.robust.modality", "text"}};
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == "missmodal") continue;
    EXPECT_EQ(conflicts(of(std::string(kind.name), on)).empty(), kind.trains_robustly) << kind.name;
  }
  Settings task = on;
  task["loss.terms"] = {"task"};
  EXPECT_TRUE(conflicts(of("missmodal", task)).empty());
  const auto found = conflicts(of("missmodal", on));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].keys[0], "training.robust.modality");
}

TEST(RobustKeys, AreSharesOfOneBatch) {
  const auto found = conflicts(of("mmim", {{"training.robust.modality", "audio"},
                                           {"training.robust.missing", 0.75},
                                           {"training.robust.noise", 0.5}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].keys[0], "training.robust.noise");
}

}  // namespace
}  // namespace missmodal::sweeps
