// docs/sweep_file.md lists every key as the reader knows it.

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "sweeps/condition_reader.h"
#include "sweeps/file_key.h"
#include "sweeps/key.h"
#include "sweeps/model_kind.h"
#include "sweeps/stage_reader.h"

namespace missmodal::sweeps {
namespace {

template <class AnyKey>
std::string row(const AnyKey& key, const nlohmann::json& standard) {
  std::string shown_default = standard.is_string() ? standard.get<std::string>() : standard.dump();
  if (shown_default.empty()) shown_default = "none";
  return "| `" + std::string(key.path) + "` | " + key.type.text() + " | " + shown_default + " | " +
         std::string(key.doc) + " |";
}

std::set<std::string> rows_of(const char* document, const std::string& start) {
  std::ifstream file(std::filesystem::path(MISSMODAL_SOURCE_DIR) / "docs" / document);
  std::set<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(start)) rows.insert(line);
  }
  return rows;
}

// Rows of the documents' tables whose first column is a key in backticks.
std::set<std::string> documented_rows() {
  std::set<std::string> rows = rows_of("sweep_file.md", "| `");
  rows.merge(rows_of("baselines.md", "| `model."));
  return rows;
}

nlohmann::json default_of(const ModelKind& kind, const char* column, const Key& key) {
  return key.get(configured({{"model.name", kind.name}, {"model.defaults", column}}));
}

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string key_of(const std::string& row) {
  return row.substr(3, row.find('`', 3) - 3);
}

TEST(SweepFileDocument, ListsEveryKeyWithItsTypeDefaultAndMeaning) {
  const std::set<std::string> rows = documented_rows();
  for (const Key& key : configuration_keys())
    EXPECT_TRUE(rows.contains(row(key, key.get({})))) << row(key, key.get({}));
  for (const FileKey& key : file_keys())
    EXPECT_TRUE(rows.contains(row(key, key.get({})))) << row(key, key.get({}));
}

TEST(SweepFileDocument, ListsEveryModelsOwnKeysAndDefaults) {
  const std::set<std::string> rows = rows_of("baselines.md", "| ");
  std::set<std::string> expected;
  for (const ModelKind& kind : model_kinds()) {
    const auto add = [&](const Key& key, const std::string& start, const std::string& end) {
      expected.insert(start + " | " + text_of(default_of(kind, "mosi", key)) + " | " +
                      text_of(default_of(kind, "mosei", key)) + end);
    };
    for (const Key& key : own_keys(kind)) {
      add(key, "| `" + std::string(key.path) + "` | " + key.type.text(), " | " + std::string(key.doc) + " |");
    }
    for (const OwnDefault& standard : kind.own_defaults) {
      const Key& key = *find_key(standard.path);
      add(key, "| " + std::string(kind.name) + " | `" + std::string(key.path) + "`", " |");
    }
  }
  for (const std::string& row : expected) EXPECT_TRUE(rows.contains(row)) << row;
}

TEST(SweepFileDocument, ListsTheKeysOfStagesAndConditionsAndNoOther) {
  std::set<std::string> documented;
  for (const std::string& row : documented_rows()) documented.insert(key_of(row));
  std::set<std::string> known(file_level_paths().begin(), file_level_paths().end());
  const auto add = [&](const auto& keys, const std::string& start) {
    for (std::string_view key : keys) known.insert(start + std::string(key));
  };
  known.insert("stages");
  add(kStageKeys, "stages[].");
  add(kMethodKeys, "stages[].method.");
  add(kSelectKeys, "stages[].select.");
  add(kRangeKeys, "stages[].parameters.KEY.");
  add(kConditionKeys, "evaluation.conditions[].");
  EXPECT_EQ(documented, known);
}

}  // namespace
}  // namespace missmodal::sweeps
