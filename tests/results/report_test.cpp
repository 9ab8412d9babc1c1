#include "results/report.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
  EXPECT_EQ(notes.back(),
            "MOSI: sweep mosi, dataset dddddddddddd, trained by missmodal 0.1.0, 20 mask draws");
  EXPECT_THAT(report(Exhibit::table1, {file}).notes, Not(Contains(HasSubstr("each score"))));
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

// A dataset that nobody labelled goes by the sweep's name; nowhere does a word hang in the air.
TEST(Report, NamesADatasetWithoutALabel) {
  const auto file = labelled(scratch_folder() / "a.db", " ", true);
  const Table table = report(Exhibit::table1, {file});
  EXPECT_EQ(table.title, "Table 1: complete modalities. Dataset mosi [SYNTHETIC]");
  EXPECT_EQ(table.rows[0][0], Value(std::string("mosi")));
  EXPECT_THAT(table.notes, Contains(HasSubstr("SYNTHETIC DATA: mosi was generated")));
}

TEST(Report, TellsOfMixedDevicesOfTheCellsShown) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const Recipe variant{.terms = {"task", "geo"}};
  StagePlanned plan{"final",
                    {planned_cell({}, "final", 0), planned_cell({.seed = 1112}, "final", 1),
                     planned_cell(variant, "final", 2)}};
  store.commit(std::vector<Change>{plan});
  const auto accept_on = [&](const Recipe& recipe, const std::string& device, const std::string& libtorch) {
    const std::string cell = planned_cell(recipe, "", 0).id;
    store.commit(std::vector<Change>{started(cell, 1, {1, "host", device, "", libtorch}),
                                     AttemptFinished{cell, 1, trial_result(recipe)}});
  };
  accept_on({}, "cpu", "1.13.0");
  accept_on(variant, "cuda:0", "1.13.0");
  EXPECT_THAT(report(Exhibit::table1, {file}).notes, Not(Contains(HasSubstr("computed on"))));
  EXPECT_THAT(report(Exhibit::table5, {file}).notes, Contains("MOSI: computed on mixed devices: cpu, cuda"));
  accept_on({.seed = 1112}, "cuda:1", "2.1.0");
  EXPECT_THAT(report(Exhibit::table1, {file}).notes,
              Contains("MOSI: computed on mixed devices: cpu, cuda; several LibTorch: 1.13.0, 2.1.0"));
}

// Nothing but what was accepted shows: not the order of results, not failures and retries, not what other
// sweep files planned before.
TEST(Report, IsTheSameBytesWhateverTheHistory) {
  const auto folder = scratch_folder();
  const auto direct = fabricate(folder / "a.db");
  const auto winding = folder / "b.db";
  {
    const std::vector<StageRecord> earlier{{"first", "", false, 1}, {"search", "", true, 2}};
    Store store(winding, asking({"complete"}, 3), earlier, splits());
    const Recipe dropped{.alpha = 0.9, .hidden = 16};
    store.commit(std::vector<Change>{StagePlanned{"first", {planned_cell(dropped, "first", 0)}}});
    accept(store, planned_cell(dropped, "", 0).id, trial_result(dropped, {sweeps::Condition{}}));
  }
  fabricate(winding, History::winding);
  for (const Exhibit exhibit : {Exhibit::table1, Exhibit::table2, Exhibit::table3, Exhibit::table5,
                                Exhibit::table6, Exhibit::figure3, Exhibit::area}) {
    for (const Format one : {Format::text, Format::markdown, Format::latex, Format::csv, Format::json}) {
      EXPECT_EQ(format(report(exhibit, {direct}), one), format(report(exhibit, {winding}), one));
    }
  }
}

TEST(Report, SeveralAreThoseThatEachWouldBe) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const std::vector<Exhibit> exhibits{Exhibit::table2, Exhibit::area, Exhibit::table5};
  const auto tables = reports(exhibits, {file});
  for (std::size_t i = 0; i < exhibits.size(); ++i) {
    EXPECT_EQ(format(tables[i], Format::text), format(report(exhibits[i], {file}), Format::text));
  }
}

TEST(Report, ReadsWhileTheWriterHoldsTheDatabase) {
  const auto file = scratch_folder() / "a.db";
  Store store = open_store(file);
  const auto cell = planned_cell({}, "final", 0);
  store.commit(std::vector<Change>{StagePlanned{"final", {cell}}});
  accept(store, cell.id, trial_result({}));
  const std::string before = format_csv(report(Exhibit::table1, {file}));
  SQLite::Database writer(file.string(), SQLite::OPEN_READWRITE);
  writer.exec("BEGIN IMMEDIATE; UPDATE metrics SET mae = 9");
  EXPECT_EQ(format_csv(report(Exhibit::table1, {file})), before);  // at once
  writer.exec("COMMIT");
  EXPECT_NE(format_csv(report(Exhibit::table1, {file})), before);
}

TEST(Report, SaysWhereFeaturesAreNotTheFieldsOwn) {
  const auto file = fabricate(scratch_folder() / "a.db");
  const auto noted = [&](const std::string& report_json) {
    SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
        .exec("UPDATE provenance SET dataset_report = '" + report_json + "'");
    const std::vector<std::string> notes = report(Exhibit::table1, {file}).notes;
    return std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
      return note.starts_with("MOSI: made from a file that is none of the field's standard feature files");
    });
  };
  EXPECT_TRUE(noted(R"({"source": {"known_as": "", "sha256": "ab"}})"));
  EXPECT_FALSE(noted(R"({"source": {"known_as": "MOSI unaligned"}})"));
  EXPECT_FALSE(noted(R"({"kind": "synthetic"})"));
}

}  // namespace
}  // namespace missmodal::results
