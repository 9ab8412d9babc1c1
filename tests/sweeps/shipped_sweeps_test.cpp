// The sweep files that lie in sweeps/: what they promise to run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "sweeps/model_kind.h"
#include "sweeps/plan.h"
#include "sweeps/plan_summary.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

const fs::path kSweeps = fs::path(MISSMODAL_SOURCE_DIR) / "sweeps";
const ContentHashes kShippedHashes{std::string(64, 'd'),
                                   {{"models/bert-base-uncased", std::string(64, 'e')}}};
const std::vector<std::int64_t> kSeeds{1111, 1112, 1113, 1114, 1115};

std::vector<Configuration> planned(const Sweep& sweep, const Stage& stage) {
  const Settings winner =
      stage.from.empty() ? Settings{} : points(sweep, *find_stage(sweep, stage.from)).front();
  std::vector<Configuration> all;
  for (const PlannedCell& cell : plan_stage(sweep, stage, winner, kShippedHashes))
    all.push_back(parse_configuration(cell.configuration, cell.id));
  return all;
}

void expect_same_search(const Stage& search, const Stage& other) {
  EXPECT_EQ(search.method->trials, 50);
  EXPECT_EQ(search.method->type, other.method->type);
  EXPECT_EQ(other.method->trials, 50);
  ASSERT_TRUE(search.select.has_value());
  EXPECT_EQ(search.select->metric, "mae");
  EXPECT_EQ(text(search.select->condition), "complete");
  ASSERT_EQ(search.parameters.size(), other.parameters.size()) << search.name;
  for (std::size_t i = 0; i < search.parameters.size(); ++i) {
    EXPECT_EQ(search.parameters[i].key, other.parameters[i].key);
    EXPECT_EQ(search.parameters[i].values, other.parameters[i].values) << search.parameters[i].key;
  }
}

std::vector<std::string> names(const std::vector<Variant>& variants) {
  std::vector<std::string> all;
  for (const Variant& variant : variants) all.push_back(variant.name);
  return all;
}

TEST(ShippedSweeps, AllAreRead) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kSweeps)) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_NO_THROW(read_sweep(entry.path())) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 20);
}

class WholeMatrix : public testing::TestWithParam<const char*> {
 protected:
  const Sweep sweep_ = read_sweep(kSweeps / (std::string(GetParam()) + ".yaml"));
};

TEST_P(WholeMatrix, SearchesEveryBaselineAndRepeatsItsWinner) {
  int baselines = 0;
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == "missmodal") continue;
    const std::string name(kind.name);
    SCOPED_TRACE(name);
    const Sweep alone = read_sweep(kSweeps / "baselines" / (name + ".yaml"));
    const Stage* search = find_stage(sweep_, "search_" + name);
    const Stage* repeat = find_stage(sweep_, name);
    ASSERT_TRUE(search != nullptr && repeat != nullptr);
    expect_same_search(*search, alone.stages[0]);
    EXPECT_EQ(repeat->from, search->name);
    EXPECT_EQ(repeat->seeds, kSeeds);
    EXPECT_EQ(alone.stages[1].seeds, kSeeds);
    if (kind.trains_robustly) {
      EXPECT_THAT(names(repeat->variants), ElementsAre("plain", "robust"));
    } else {
      EXPECT_TRUE(repeat->variants.empty());
    }
    for (const Stage* stage : {search, repeat}) {
      for (const Configuration& configuration : planned(sweep_, *stage))
        EXPECT_EQ(configuration.model.name, name);
    }
    ++baselines;
  }
  EXPECT_EQ(baselines, 14);
}

TEST_P(WholeMatrix, TrainsRobustlyWhatCanBe) {
  std::multiset<std::string> robust;
  for (const Stage& stage : sweep_.stages) {
    for (const Configuration& configuration : planned(sweep_, stage)) {
      const RobustConfiguration& is = configuration.training.robust;
      if (is.modality == RobustModality::none) continue;
      EXPECT_EQ(is.modality, RobustModality::text);
      EXPECT_EQ(is.missing, 0.15);
      EXPECT_EQ(is.noise, 0.15);
      robust.insert(configuration.model.name);
    }
  }
  EXPECT_EQ(robust.size(), 5 * kSeeds.size());
  for (const char* model : {"missmodal", "mult", "misa", "self_mm", "mmim"})
    EXPECT_EQ(robust.count(model), 5U) << model;
}

// What stands in the file holds for all models, so it must leave room for each one's own settings.
TEST_P(WholeMatrix, EveryModelStartsFromItsPublishedSettings) {
  for (const ModelKind& kind : model_kinds()) {
    const Settings settings{{"model.name", kind.name}};
    Settings published = settings;
    published["model.defaults"] = GetParam();
    published["model.text.weights"] = "models/bert-base-uncased";
    EXPECT_EQ(configured(sweep_, settings), configured(published)) << kind.name;
  }
}

TEST_P(WholeMatrix, PlansMissModalAndItsAblationAsThePaperHasThem) {
  const Stage& search = sweep_.stages[0];
  EXPECT_EQ(search.name, "search");
  EXPECT_EQ(search.method->trials, 50);
  const Stage& ablation = sweep_.stages[1];
  EXPECT_EQ(ablation.seeds, kSeeds);
  EXPECT_THAT(names(ablation.variants), ElementsAre("without", "geo", "dis", "sem", "geo_dis", "geo_sem",
                                                    "dis_sem", "all", "without_robust"));
  const TrainingConfiguration training = planned(sweep_, search).front().training;
  const bool mosi = std::string(GetParam()) == "mosi";
  EXPECT_EQ(training.learning_rate, mosi ? 5e-4 : 1e-3);
  EXPECT_EQ(training.text_learning_rate, 5e-5);
  EXPECT_EQ(training.max_epochs, mosi ? 50 : 30);
  EXPECT_EQ(training.batch_size, 32);
  EXPECT_EQ(training.patience, 8);
  EXPECT_EQ(training.weight_decay, 0.01);
  EXPECT_EQ(training.clip_norm, 1.0);
}

// 50 trials of 15 models; five seeds of MissModal's nine variants and of each baseline, of four also robust.
TEST_P(WholeMatrix, TrainsEachOfItsCellsOnce) {
  EXPECT_EQ(summarise(sweep_, kShippedHashes).cells, 15 * 50 + 5 * (9 + 14 + 4));
}

INSTANTIATE_TEST_SUITE_P(ShippedSweeps, WholeMatrix, testing::Values("mosi", "mosei"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace missmodal::sweeps
