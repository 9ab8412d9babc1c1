// The program missmodal-report, and the same numbers from the plain sqlite3 shell.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "results/explain.h"
#include "results/report.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::HasSubstr;
using testing::Not;

Finished report_program(const std::string& arguments) {
  return run_shell(std::string(MISSMODAL_REPORT) + " " + arguments);
}

class Program : public testing::Test {
 protected:
  std::string database_ = fabricate(scratch_folder() / "a.db").string();
};

TEST_F(Program, TheSqliteShellGivesTheSameNumbers) {
  for (const std::string name : {"table1", "table2", "table3", "table4", "table5", "table6", "table7",
                                 "table8", "figure3", "missmac", "area"}) {
    const std::string query = std::string(MISSMODAL_SOURCE_DIR) + "/results/queries/" + name + ".sql";
    const Finished shell = run_shell("sqlite3 -json -readonly " + database_ + " < " + query);
    ASSERT_EQ(shell.exit_code, 0) << shell.output;
    const std::string command = name == "figure3"           ? "figure 3 "
                                : name.starts_with("table") ? "table " + name.substr(5) + " "
                                                            : "table " + name + " ";
    const Finished program = report_program(command + database_ + " --format json");
    ASSERT_EQ(program.exit_code, 0) << program.output;
    const auto rows = nlohmann::json::parse(program.output);
    EXPECT_EQ(nlohmann::json::parse(shell.output), rows) << name;
    EXPECT_GE(rows.size(), 2U) << name;
  }
}

TEST_F(Program, PrintsATable) {
  const Finished finished = report_program("table 1 " + database_);
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.output, format(report(Exhibit::table1, {database_}), Format::text));
}

TEST_F(Program, PrintsTheCurve) {
  const Finished finished = report_program("figure 3 " + database_);
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.output, HasSubstr("MAE with MissModal (*) and without (o)"));
  EXPECT_THAT(finished.output, HasSubstr("Area under each curve"));
  EXPECT_EQ(nlohmann::json::parse(report_program("figure 3 --format json " + database_).output).size(), 30U);
}

TEST_F(Program, PrintsOtherProtocolsWhereTheSweepEvaluatedThem) {
  EXPECT_THAT(report_program("all " + database_).output, Not(HasSubstr("MissMAC")));
  const auto file = scratch_folder() / "b.db";
  {
    const Provenance asked =
        asking({"complete", "missing_rate/10", "missing_rate/70", "instance/50", "imbalanced/10-50-90"}, 20);
    Store store(file, asked, stages(), splits());
    const auto cell = planned_cell({}, "final", 0);
    store.commit(std::vector<Change>{StagePlanned{"final", {cell}}});
    accept(store, cell.id, trial_result({}, asked.evaluation.conditions));
  }
  const auto all = nlohmann::json::parse(report_program("all --format json " + file.string()).output);
  for (const std::string name : {"missmac", "missing_rate", "instance", "imbalanced", "area"}) {
    const std::string query = std::string(MISSMODAL_SOURCE_DIR) + "/results/queries/" + name + ".sql";
    const Finished shell = run_shell("sqlite3 -json -readonly " + file.string() + " < " + query);
    EXPECT_EQ(nlohmann::json::parse(shell.output), all[name]) << name;
    EXPECT_GE(all[name].size(), 1U) << name;
  }
  const std::string figure = report_program("figure missing_rate " + file.string()).output;
  EXPECT_THAT(figure, HasSubstr("    70 |"));
  EXPECT_THAT(figure, HasSubstr("divided by the curve's range of missing_rate"));
}

TEST_F(Program, PrintsEverything) {
  const Finished text = report_program("all " + database_);
  EXPECT_EQ(text.exit_code, 0);
  for (const std::string heading :
       {"Table 1:", "Table 2:", "Table 3:", "Table 5:", "Table 6:", "Figure 3:"}) {
    EXPECT_THAT(text.output, HasSubstr(heading));
  }
  const auto json = nlohmann::json::parse(report_program("all --format json " + database_).output);
  EXPECT_EQ(json["table5"].size(), 9U);
  EXPECT_EQ(report_program("all --format csv " + database_).exit_code, 2);
}

TEST_F(Program, ReturnsTheVerdict) {
  EXPECT_EQ(report_program("status " + database_).exit_code, 0);
  EXPECT_EQ(report_program("status --exit-code " + database_).exit_code, 3);
  EXPECT_EQ(nlohmann::json::parse(report_program("status --json " + database_).output)["attempts"], 27);
}

TEST_F(Program, ExplainsACell) {
  const std::string cell = text(database_, "SELECT id FROM cells WHERE state = 'parked'");
  const std::string named = cell.substr(0, 12) + " " + database_;
  const Finished told = report_program("explain " + named);
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_EQ(told.output, story_text(explain(database_, cell)));
  const Finished json = report_program("explain --json " + named);
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_EQ(json.output, story_json(explain(database_, cell)));
}

TEST_F(Program, ExplainsNoCellThatItCannotTell) {
  const std::string twice =  // 25 cells, 16 first digits
      text(database_, "SELECT substr(id, 1, 1) FROM cells GROUP BY 1 HAVING count(*) > 1 LIMIT 1");
  for (const auto& [cell, reason] : {std::pair<std::string, std::string>{"xyz", "no cell's id begins so"},
                                     {twice, "several cells' ids begin so; give more of it"},
                                     {"''", "needs the beginning of a cell's id"}}) {
    const Finished refused = report_program("explain " + cell + " " + database_);
    EXPECT_EQ(refused.exit_code, 2) << cell;
    EXPECT_EQ(refused.output, "cell " + (cell == "''" ? "" : cell) + ": " + reason + "\n");
  }
  const Finished missing = report_program("explain abc " + database_ + ".no");
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_EQ(missing.output, database_ + ".no: no such file\n");
  EXPECT_EQ(report_program("explain abc").exit_code, 2);
}

TEST_F(Program, ReturnsTheVerdictOfTheRunThatWasAskedFor) {
  const std::string status = "status --exit-code " + database_ + " --run ";
  EXPECT_EQ(report_program(status + "fabricated").exit_code, 3);
  {  // a later run, killed before its verdict
    Provenance killed = provenance();
    killed.run_token = "killed";
    const Store store(database_, killed, stages(), splits());
  }
  EXPECT_EQ(report_program("status --exit-code " + database_).exit_code, 4);
  EXPECT_EQ(report_program(status + "fabricated").exit_code, 3);
  const Finished killed = report_program(status + "killed");
  EXPECT_EQ(killed.exit_code, 1);
  EXPECT_THAT(killed.output, HasSubstr(database_ + ": run killed wrote no verdict\n"));
  const Finished unknown = report_program(status + "refused");
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(unknown.output, database_ + ": has no run refused\n");
}

TEST_F(Program, ARunThatWroteNothingHasNoVerdict) {
  const std::string missing = database_ + ".no";
  for (int times = 0; times < 2; ++times) {
    const Finished finished = report_program("status --exit-code --run mine " + missing);
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(finished.output, missing + ": has no run mine\n");
    write_bytes(missing, "");  // and then as a full disk leaves it
  }
  EXPECT_EQ(report_program("status --exit-code --run '' " + database_).exit_code, 2);
  EXPECT_EQ(report_program("status --run fabricated " + database_).exit_code, 2);
}

TEST_F(Program, RefusesBadInputInOneLine) {
  const std::string missing = database_ + ".no";
  for (const std::string& command :
       {"table 1 " + missing, "figure 3 " + missing, "all " + missing, "status " + missing}) {
    const Finished finished = report_program(command);
    EXPECT_EQ(finished.exit_code, 2) << command;
    EXPECT_EQ(finished.output, missing + ": no such file\n") << command;
  }
  EXPECT_EQ(report_program("table 9 " + database_).output,
            "table: there is no table 9; there are 1, 2, 3, 4, 5, 6, 7, 8, missmac, missing_rate, "
            "imbalanced, area\n");
  EXPECT_EQ(report_program("table 9 " + database_).exit_code, 2);
  EXPECT_EQ(report_program("table 1").exit_code, 2);
  EXPECT_EQ(report_program("table one " + database_).exit_code, 2);
  EXPECT_EQ(report_program("table 1 --format pdf " + database_).exit_code, 2);
  EXPECT_EQ(report_program("").exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(missing));
}

TEST_F(Program, SaysWhenItCannotWrite) {
  const Finished finished =
      run_shell("{ " + std::string(MISSMODAL_REPORT) + " all " + database_ + " > /dev/full; }");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.output, HasSubstr("cannot write"));
}

TEST_F(Program, HasHelpAndAVersion) {
  EXPECT_EQ(report_program("--help").exit_code, 0);
  EXPECT_EQ(report_program("--version").exit_code, 0);
}

}  // namespace
}  // namespace missmodal::results
