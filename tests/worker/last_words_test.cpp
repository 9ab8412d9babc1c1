#include "worker/last_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>

#include "tests/trainer/data/scratch_folder.h"

namespace missmodal::worker {
namespace {

namespace fs = std::filesystem;
using missmodal::testing::ScratchFolder;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// How a process ends that works on the assignment and sends itself this signal.
int end_by(const fs::path& folder, std::int64_t assignment, int signal) {
  const pid_t process = fork();
  if (process == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    for (const int deadly : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) ::signal(deadly, SIG_DFL);
    const LastWords words(folder, assignment, 0);
    raise(signal);
    _exit(0);
  }
  int status = 0;
  waitpid(process, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(LastWords, TellTheSignalThatEndedTheProcess) {
  const ScratchFolder folder;
  const std::map<int, std::string> deadly{{SIGSEGV, "SIGSEGV: "},
                                          {SIGBUS, "SIGBUS: "},
                                          {SIGABRT, "SIGABRT: "},
                                          {SIGFPE, "SIGFPE: "},
                                          {SIGILL, "SIGILL: "}};
  std::int64_t assignment = 70;
  for (const auto& [signal, words] : deadly) {
    SCOPED_TRACE(words);
    EXPECT_EQ(end_by(folder / "", ++assignment, signal), signal) << "it dies as it would have";
    EXPECT_EQ(take_last_words(folder / "", assignment + 1), std::nullopt);
    EXPECT_THAT(take_last_words(folder / "", assignment).value_or(""), StartsWith(words));
    EXPECT_EQ(take_last_words(folder / "", assignment), std::nullopt) << "they are heard once";
  }
}

TEST(LastWords, OfWhoIsKilledFromOutsideThereAreNone) {
  const ScratchFolder folder;
  EXPECT_EQ(end_by(folder / "", 1, SIGKILL), SIGKILL);
  EXPECT_TRUE(fs::exists(folder / "1.0.words"));
  EXPECT_THAT(take_last_words(folder / ""), IsEmpty());
  EXPECT_FALSE(fs::exists(folder / "1.0.words"));
}

TEST(LastWords, OfWhoEndsInOrderThereAreNone) {
  const ScratchFolder folder;
  EXPECT_EQ(end_by(folder / "", 1, 0), 0);
  std::ofstream(folder / "cell.0.training") << "not ours";
  EXPECT_THAT(take_last_words(folder / ""), IsEmpty());
  EXPECT_TRUE(fs::exists(folder / "cell.0.training"));
  { const LastWords words(folder / "", 2, 0); }
  EXPECT_FALSE(fs::exists(folder / "2.0.words"));
}

TEST(LastWords, AreHeardAllTogetherAfterTheDeathOfAll) {
  const ScratchFolder folder;
  end_by(folder / "", 3, SIGSEGV);
  end_by(folder / "", 4, SIGKILL);
  end_by(folder / "", 5, SIGABRT);
  const auto words = take_last_words(folder / "");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_THAT(words.at(3), StartsWith("SIGSEGV"));
  EXPECT_THAT(words.at(5), StartsWith("SIGABRT"));
  EXPECT_TRUE(fs::is_empty(folder / ""));
}

TEST(LastWords, WithoutTheFolderNothingHappens) {
  const ScratchFolder folder;
  EXPECT_EQ(end_by(folder / "none", 1, SIGSEGV), SIGSEGV);
  EXPECT_THAT(take_last_words(folder / "none"), IsEmpty());
}

}  // namespace
}  // namespace missmodal::worker
