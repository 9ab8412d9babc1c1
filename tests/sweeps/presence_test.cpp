#include "sweeps/presence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "sweeps/content_hash.h"
#include "sweeps/error.h"
#include "tests/sweeps/sweep_text.h"

namespace missmodal {
namespace {

namespace fs = std::filesystem;

class Presence : public sweeps::SweepText {
 protected:
  template <typename Look>
  static std::string told(Look look) {
    try {
      look();
    } catch (const InputError& error) {
      return error.mistakes().front().reason;
    }
    return "";
  }
};

TEST_F(Presence, IsToldApartFromTrouble) {
  write("x", "file");
  EXPECT_TRUE(is_there(folder_));
  EXPECT_TRUE(is_there(folder_ / "file"));
  EXPECT_FALSE(is_there(folder_ / "none"));
  EXPECT_FALSE(is_there(folder_ / "none" / "x"));
  EXPECT_EQ(told([&] { is_there(folder_ / "file" / "x"); }), "cannot be opened: Not a directory");
}

TEST_F(Presence, OfWhatMayNotBeSearchedIsNotKnown) {
  if (::geteuid() == 0 && ::seteuid(65534) != 0) GTEST_SKIP() << "root may look anywhere";
  const fs::path own = fs::temp_directory_path() / ("missmodal_presence_" + std::to_string(getpid()));
  fs::create_directory(own);
  fs::permissions(own, fs::perms::none);
  EXPECT_TRUE(is_there(own));
  EXPECT_EQ(told([&] { is_there(own / "x"); }), "cannot be opened: Permission denied");
  EXPECT_EQ(told([&] { sweeps::read_sweep(own / "s.yaml"); }), "cannot be opened: Permission denied");
  EXPECT_EQ(told([&] { sweeps::content_sha256(own / "bert"); }), "cannot be opened: Permission denied");
  fs::remove(own);
  ASSERT_TRUE(::getuid() != 0 || ::seteuid(0) == 0);
}

}  // namespace
}  // namespace missmodal
