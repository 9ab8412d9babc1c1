#include "results/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::filesystem::path labelled(const std::filesystem::path& file, const std::string& label, bool synthetic) {
  Provenance origin = provenance();
  origin.dataset_label = label;
  origin.synthetic = synthetic;
  Store store(file, origin, stages(), splits());
  const auto cell = planned_cell({}, "final", 0);
  store.commit(std::vector<Change>{StagePlanned{"final", {cell}}});
  accept(store, cell.id, trial_result({}));
  return file;
}

TEST(Report, PutsDatabasesSideBySide) {
  const auto folder = scratch_folder();
  const Table table = report(
      Exhibit::table1, {labelled(folder / "a.db", "MOSI", false), labelled(folder / "b.db", "MOSEI", false)});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0][0], Value(std::string("MOSI")));
  EXPECT_EQ(table.rows[1][0], Value(std::string("MOSEI")));
  EXPECT_EQ(table.title, "Table 1: complete modalities. Dataset MOSI, MOSEI");
  EXPECT_THAT(format(table, Format::text), HasSubstr("dataset"));
}

TEST(Report, MarksSyntheticData) {
  const auto file = labelled(scratch_folder() / "a.db", "demo", true);
  const Table table = report(Exhibit::table1, {file});
  EXPECT_THAT(table.title, HasSubstr("[SYNTHETIC]"));
  EXPECT_THAT(table.notes, Contains(HasSubstr("*** SYNTHETIC DATA: demo")));
  EXPECT_EQ(table.rows[0][1], Value(std::int64_t{1}));
  EXPECT_THAT(format(table, Format::csv), HasSubstr("demo,1,MissModal"));
}

TEST(Report, TellsWhereThePaperHasTheOtherDataset) {
  const auto folder = scratch_folder();
  const auto mosei = labelled(folder / "a.db", "CMU-MOSEI, aligned", false);
  const std::string note = "The paper's numbers are those of MOSI here; for MOSEI it is Table 4.";
  EXPECT_THAT(report(Exhibit::table3, {mosei}).notes, Contains(note));
  EXPECT_THAT(report(Exhibit::table4, {mosei}).notes, Not(Contains(HasSubstr("The paper's numbers"))));
  EXPECT_THAT(report(Exhibit::table3, {labelled(folder / "b.db", "MOSI", false)}).notes, Not(Contains(note)));
}

TEST(Report, TellsOfDrawsAndOfWhatIsMissing) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const auto notes = report(Exhibit::table2, {file}).notes;
  EXPECT_THAT(notes, Contains("MOSI: each score of a seed is the mean over 20 mask draws"));
  EXPECT_THAT(notes, Contains("MOSI: without: 2 of 3 seeds accepted, 1 parked"));
  EXPECT_THAT(report(Exhibit::table1, {file}).notes, Not(Contains(HasSubstr("draws"))));
}

TEST(Report, TellsOfSetupsWithoutAnyResult) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  store.commit(std::vector<Change>{StagePlanned{"final", {planned_cell({}, "final", 0)}}});
  const Table table = report(Exhibit::table1, {file});
  EXPECT_TRUE(table.rows.empty());
  EXPECT_THAT(table.notes, Contains("MOSI: MissModal: 0 of 1 seeds accepted"));
  EXPECT_THAT(format(table, Format::text), HasSubstr("(no rows yet)"));
}

TEST(Report, RefusesNumbersThatAreNot) {
  EXPECT_EQ(table_exhibit(6), Exhibit::table6);
  EXPECT_EQ(figure_exhibit(4), Exhibit::figure4);
  EXPECT_THROW(table_exhibit(7), InputError);
  EXPECT_THROW(table_exhibit(0), InputError);
  EXPECT_THROW(figure_exhibit(5), InputError);
}

TEST(Report, IsTheSameBytesAgain) {
  const auto file = fabricate(scratch_folder() / "a.db");
  for (const Format one : {Format::text, Format::markdown, Format::latex, Format::csv, Format::json}) {
    EXPECT_EQ(format(report(Exhibit::table2, {file}), one), format(report(Exhibit::table2, {file}), one));
  }
}

TEST(Report, ReadsWhileTheWriterHoldsTheDatabase) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const auto cell = planned_cell({}, "final", 0);
  store.commit(std::vector<Change>{StagePlanned{"final", {cell}}});
  accept(store, cell.id, trial_result({}));
  EXPECT_EQ(report(Exhibit::table1, {file}).rows.size(), 1U);
}

}  // namespace
}  // namespace missmodal::results
