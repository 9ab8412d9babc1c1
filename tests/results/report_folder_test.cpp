#include "results/report_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

TEST(ReportFolder, IsMadeAndWrittenAgain) {
  const auto folder = scratch_folder() / "a" / "report";
  write_report_folder(folder, {{"table1.md", "one"}, {"old.md", "old"}});
  write_bytes(folder / "mine.txt", "mine");
  write_report_folder(folder, {{"table1.md", "two"}, {"index.html", "page"}});
  EXPECT_THAT(names_in(folder),
              testing::ElementsAre(".missmodal-report", "index.html", "mine.txt", "table1.md"));
  EXPECT_EQ(read_bytes(folder / "table1.md"), "two");
  EXPECT_EQ(read_bytes(folder / "mine.txt"), "mine");
}

TEST(ReportFolder, TakesAnEmptyFolderAndNoOther) {
  const auto folder = scratch_folder();
  std::filesystem::create_directory(folder / "empty");
  write_report_folder(folder / "empty", {{"table1.md", "one"}});
  std::filesystem::create_directory(folder / "full");
  write_bytes(folder / "full" / "index.html", "somebody's");
  EXPECT_THROW(write_report_folder(folder / "full", {{"index.html", "page"}}), InputError);
  EXPECT_EQ(read_bytes(folder / "full" / "index.html"), "somebody's");
  write_bytes(folder / "file", "");
  EXPECT_THROW(write_report_folder(folder / "file", {}), InputError);
}

// A list that somebody tampered with reaches no file outside, nor one that does not belong to a report.
TEST(ReportFolder, RemovesNothingOutsideItself) {
  const auto folder = scratch_folder();
  write_bytes(folder / "precious", "precious");
  write_report_folder(folder / "report", {{"table1.md", "one"}});
  write_bytes(folder / "report" / ".missmodal-report", "../precious\n..\n/etc/hostname\ntable1.md\n");
  write_report_folder(folder / "report", {{"table2.md", "two"}});
  EXPECT_EQ(read_bytes(folder / "precious"), "precious");
  EXPECT_THAT(names_in(folder / "report"), testing::ElementsAre(".missmodal-report", "table2.md"));
}

}  // namespace
}  // namespace missmodal::results
