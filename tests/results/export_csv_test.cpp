#include "results/export_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;

std::vector<std::string> lines(const std::filesystem::path& file) {
  std::vector<std::string> found;
  std::ifstream stream(file, std::ios::binary);
  for (std::string line; std::getline(stream, line);) found.push_back(line.substr(0, line.find('\r')));
  return found;
}

class ExportCsv : public testing::Test {
 protected:
  std::filesystem::path folder_ = scratch_folder();
  std::filesystem::path database_ = fabricate(folder_ / "a.db");
  std::filesystem::path csv_ = folder_ / "csv";
};

TEST_F(ExportCsv, HasEveryRowOfEveryTable) {
  export_csv(database_, csv_, Draws::left_out);
  for (const std::string table : {"cells", "stage_cells", "stages", "attempts", "attempt_members", "epochs",
                                  "metrics", "utterances", "verdict", "sweep", "evaluations", "set_aside"}) {
    EXPECT_EQ(lines(csv_ / (table + ".csv")).size(), 1U + count(database_, "SELECT count(*) FROM " + table))
        << table;
  }
  EXPECT_EQ(lines(csv_ / "verdict.csv")[0], "run,ended_unix,exit_code,verdict");
  EXPECT_THAT(lines(csv_ / "verdict.csv")[1], HasSubstr(",3,1 cell was parked"));
  EXPECT_FALSE(std::filesystem::exists(csv_ / "draws.csv"));
}

TEST_F(ExportCsv, UnfoldsThePredictions) {
  export_csv(database_, csv_, Draws::left_out);
  const auto rows = lines(csv_ / "predictions.csv");
  EXPECT_EQ(rows[0], "cell,split,id,label,TAV,T,A,V,TA,TV,AV");
  EXPECT_EQ(rows.size(), 1U + count(database_, "SELECT sum(n) FROM predictions"));
}

TEST_F(ExportCsv, HasEveryDraw) {
  export_csv(database_, csv_, Draws::exported);
  const auto rows = lines(csv_ / "draws.csv");
  EXPECT_EQ(rows[0],
            "cell,split,condition,draw,n,mae,corr,acc7,acc5,acc2_has0,f1_has0,acc2_non0,f1_non0,acc3");
  const auto drawn =
      count(database_,
            "SELECT count(*) FROM sweep JOIN evaluations e ON e.id = evaluation, json_each(e.conditions) "
            "WHERE value <> 'complete' AND value NOT LIKE 'subset/%'");
  const auto draws = count(database_, "SELECT e.draws FROM sweep JOIN evaluations e ON e.id = evaluation");
  EXPECT_EQ(rows.size(), 1U + drawn * draws * count(database_, "SELECT count(*) FROM predictions"));
}

TEST_F(ExportCsv, OfTheSameDatabaseIsTheSameBytes) {
  export_csv(database_, csv_, Draws::exported);
  export_csv(database_, folder_ / "again", Draws::exported);
  for (const auto& entry : std::filesystem::directory_iterator(csv_))
    EXPECT_EQ(read_bytes(entry.path()), read_bytes(folder_ / "again" / entry.path().filename()))
        << entry.path();
}

TEST_F(ExportCsv, TakesItsOwnFolderAgainAndNoOther) {
  export_csv(database_, csv_, Draws::exported);
  write_bytes(csv_ / "mine.txt", "mine");
  export_csv(database_, csv_, Draws::left_out);
  EXPECT_FALSE(std::filesystem::exists(csv_ / "draws.csv"));
  EXPECT_EQ(read_bytes(csv_ / "mine.txt"), "mine");
  std::filesystem::create_directory(folder_ / "full");
  write_bytes(folder_ / "full" / "mine.txt", "mine");
  try {
    export_csv(database_, folder_ / "full", Draws::left_out);
    FAIL() << "a folder of others was taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("holds files, and none that says an export made it"));
  }
}

TEST_F(ExportCsv, WritesNothingForADatabaseThatCannotBeRead) {
  write_bytes(folder_ / "no.db", "no database");
  EXPECT_THROW(export_csv(folder_ / "no.db", csv_, Draws::left_out), InputError);
  EXPECT_FALSE(std::filesystem::exists(csv_));
}

}  // namespace
}  // namespace missmodal::results
