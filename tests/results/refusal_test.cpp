// Files that a store or a report must not take, and must leave byte for byte as they are.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "results/report.h"
#include "results/status.h"
#include "results/store.h"
#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> mistakes_of(const std::function<void()>& action) {
  std::vector<std::string> lines;
  try {
    action();
  } catch (const InputError& error) {
    for (const Mistake& mistake : error.mistakes()) lines.push_back(mistake.place + ": " + mistake.reason);
  }
  return lines;
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

// Both the writer and a reader refuse the file with this reason, and nothing in its folder changes.
void expect_refused(const std::filesystem::path& file, const std::string& reason) {
  const std::string bytes = read_bytes(file);
  EXPECT_THAT(mistakes_of([&] { open_store(file); }), ElementsAre(HasSubstr(file.string() + ": " + reason)));
  EXPECT_THAT(mistakes_of([&] { report(Exhibit::table1, {file}); }), ElementsAre(HasSubstr(reason)));
  EXPECT_THAT(mistakes_of([&] { read_status(file); }), ElementsAre(HasSubstr(reason)));
  EXPECT_EQ(read_bytes(file), bytes);
  EXPECT_EQ(files_in(file.parent_path()).size(), 1U);
}

TEST(Refusal, ATextFile) {
  const auto file = scratch_folder() / "notes.txt";
  write_bytes(file, "name: mosi\n");
  expect_refused(file, "is not a SQLite database");
  write_bytes(file, std::string(5000, 'x'));
  expect_refused(file, "is not a SQLite database");
}

TEST(Refusal, ADatabaseOfAnotherProgram) {
  const auto file = scratch_folder() / "other.db";
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE sweep (x)");
  expect_refused(file, "is a SQLite database of another program");
}

TEST(Refusal, AnotherSchemaVersion) {
  const auto file = fabricate(scratch_folder() / "a.db");
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  expect_refused(
      file,
      "was written by missmodal 0.1.0, schema version 99; this program reads versions 5 to 7: use that "
      "one");
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 1; UPDATE provenance SET program_version = '0.0.9'");
  expect_refused(
      file,
      "was written by missmodal 0.0.9, schema version 1; this program reads versions 5 to 7: read it "
      "with that one, or run the sweep into a new file");
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA foreign_keys = OFF; ALTER TABLE provenance RENAME TO origin");
  expect_refused(file, "was written by another version of missmodal, schema version 1;");
}

TEST(Refusal, ATruncatedHeader) {
  const auto file = fabricate(scratch_folder() / "a.db");
  write_bytes(file, read_bytes(file).substr(0, 99));
  expect_refused(file, "is not a SQLite database");
}

TEST(Refusal, ADamagedDatabase) {
  const auto file = fabricate(scratch_folder() / "a.db");
  std::string bytes = read_bytes(file);
  bytes.replace(100, 3000, 3000, '\x7f');  // the list of tables
  write_bytes(file, bytes);
  expect_refused(file, "is damaged");
}

TEST(Refusal, AnotherSweepAndAnotherDatasetInOneGo) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::string bytes = read_bytes(file);
  Provenance other = provenance();
  other.sweep_name = "mosei";
  other.dataset_sha256 = std::string(64, 'e');
  other.dataset_label = "MOSEI";
  EXPECT_THAT(
      mistakes_of([&] { Store(file, other, stages(), splits()); }),
      ElementsAre(
          file.string() + ": belongs to the sweep 'mosi', not to 'mosei'",
          file.string() + ": holds results on the dataset MOSI (dddddddddddd), not on MOSEI (eeeeeeeeeeee)"));
  EXPECT_EQ(read_bytes(file), bytes);
  EXPECT_THAT(files_in(file.parent_path()), ElementsAre("a.db"));
}

TEST(Refusal, AMissingFileIsNotCreatedByReaders) {
  const auto folder = scratch_folder();
  EXPECT_THAT(mistakes_of([&] { report(Exhibit::table1, {folder / "no.db"}); }),
              ElementsAre(HasSubstr("no such file")));
  EXPECT_THAT(mistakes_of([&] { read_status(folder / "no.db"); }), ElementsAre(HasSubstr("no such file")));
  EXPECT_TRUE(files_in(folder).empty());
}

TEST(Refusal, AFolder) {
  const auto folder = scratch_folder();
  EXPECT_THAT(mistakes_of([&] { open_store(folder); }), ElementsAre(HasSubstr("is a folder")));
}

TEST(Refusal, AFolderThatDoesNotExist) {
  EXPECT_THAT(mistakes_of([] { open_store(scratch_folder() / "no" / "a.db"); }),
              ElementsAre(HasSubstr("its folder does not exist")));
}

TEST(Refusal, AChangedSweepTextIsFine) {
  const auto file = fabricate(scratch_folder() / "a.db");
  Provenance changed = provenance();
  changed.sweep_text = "name: mosi\nseed: 2\n";
  EXPECT_EQ(Store(file, changed, stages(), splits()).cells().size(), 26U);
}

}  // namespace
}  // namespace missmodal::results
