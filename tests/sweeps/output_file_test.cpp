#include "sweeps/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "sweeps/error.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public sweeps::SweepText {
 protected:
  static std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(OutputFile& file, const std::string& text) { file.append(text.data(), text.size()); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }
  template <typename... Inputs>
  std::string refusal(const fs::path& path, const Inputs&... inputs) const {
    const std::array<fs::path, sizeof...(inputs)> all{fs::path(inputs)...};
    try {
      OutputFile file(path, all);
    } catch (const InputError& error) {
      EXPECT_EQ(error.mistakes().front().place, path.string());
      return error.mistakes().front().reason;
    }
    return "";
  }
};

TEST_F(OutputFileTest, HasItsNameOnlyWhenCommitted) {
  OutputFile file(folder_ / "x");
  put(file, "0000 world");
  file.replace_start("hello", 5);
  EXPECT_FALSE(fs::exists(folder_ / "x"));
  EXPECT_EQ(content(file.aside()), "helloworld");
  file.commit();
  EXPECT_EQ(content(folder_ / "x"), "helloworld");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, LeavesWhatWasThereUntilThen) {
  write("old", "x");
  {
    OutputFile file(folder_ / "x");
    put(file, "new");
    OutputFile moved(std::move(file));
    put(moved, "er");
    EXPECT_EQ(content(folder_ / "x"), "old");
  }
  EXPECT_EQ(content(folder_ / "x"), "old");
  EXPECT_EQ(entries(), 1U);
  OutputFile file(folder_ / "x");
  put(file, "new");
  file.commit();
  EXPECT_EQ(content(folder_ / "x"), "new");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(OutputFileTest, IsNoneOfTheInputsUnderAnyName) {
  write("data", "in");
  fs::create_symlink("in", folder_ / "link");
  fs::create_hard_link(folder_ / "in", folder_ / "hard");
  for (const char* name : {"in", "link", "hard", "./in"}) {
    EXPECT_THAT(refusal(folder_ / name, folder_ / "absent", folder_ / "in"),
                testing::StartsWith("is the input "))
        << name;
  }
  EXPECT_THAT(refusal(folder_ / "in", folder_ / "link"), testing::StartsWith("is the input "));
  EXPECT_EQ(refusal(folder_ / "other", folder_ / "in", folder_ / "absent"), "");
  EXPECT_EQ(content(folder_ / "in"), "data");
}

TEST_F(OutputFileTest, IsTriedBeforeAnythingIsWritten) {
  EXPECT_EQ(refusal(folder_ / "none" / "x"), "cannot be written: No such file or directory");
  write("file", "f");
  EXPECT_EQ(refusal(folder_ / "f" / "x"), "cannot be written: Not a directory");
  EXPECT_EQ(refusal(folder_), "is a folder");
  EXPECT_EQ(refusal(folder_ / ""), "is a folder");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal(folder_ / "pipe"), "is not a regular file");
  EXPECT_EQ(refusal(folder_ / std::string(300, 'x')), "cannot be written: File name too long");
  fs::create_symlink("circle", folder_ / "circle");
  EXPECT_THAT(refusal(folder_ / "circle"), testing::StartsWith("cannot be written: "));
}

TEST_F(OutputFileTest, NeedsAFolderThatTakesFilesAndAFileThatMayBeWritten) {
  if (::geteuid() == 0 && ::seteuid(65534) != 0) GTEST_SKIP() << "root may write anywhere";
  fs::path own = fs::temp_directory_path() / ("missmodal_output_" + std::to_string(getpid()));
  fs::create_directory(own);
  std::ofstream(own / "protected") << "old";
  fs::permissions(own / "protected", fs::perms::owner_read);
  EXPECT_EQ(refusal(own / "protected"), "cannot be written: Permission denied");
  fs::permissions(own, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(refusal(own / "x"), "cannot be written: Permission denied");
  fs::permissions(own, fs::perms::owner_all);
  fs::remove_all(own);
  ASSERT_TRUE(::getuid() != 0 || ::seteuid(0) == 0);
}

TEST_F(OutputFileTest, FollowsALinkAndKeepsIt) {
  fs::create_directory(folder_ / "disk");
  write("old", "disk/x");
  fs::create_symlink("disk/x", folder_ / "link");
  fs::create_symlink("disk/y", folder_ / "dangling");
  for (const auto& [link, target] : {std::pair{"link", "disk/x"}, std::pair{"dangling", "disk/y"}}) {
    OutputFile file(folder_ / link);
    put(file, "new");
    file.commit();
    EXPECT_TRUE(fs::is_symlink(folder_ / link)) << link;
    EXPECT_EQ(content(folder_ / target), "new") << link;
  }
}

}  // namespace
}  // namespace missmodal
