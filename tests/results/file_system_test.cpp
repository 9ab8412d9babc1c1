#include "results/file_system.h"

#include <gtest/gtest.h>

#include "sweeps/error.h"
#include "tests/results/fabricated.h"

namespace missmodal::results {
namespace {

TEST(FileSystem, KnowsThoseThatHostsShare) {
  EXPECT_EQ(network_file_system_name(0x6969), "nfs");
  EXPECT_EQ(network_file_system_name(0x0bd00bd0), "lustre");
  EXPECT_EQ(network_file_system_name(0x47504653), "gpfs");
  EXPECT_EQ(network_file_system_name(0xff534d42), "cifs");
  EXPECT_EQ(network_file_system_name(0xffffffffff534d42), "cifs");  // sign-extended
  EXPECT_EQ(network_file_system_name(0x65735546), "fuse");
  EXPECT_EQ(network_file_system_name(0xef53), "");      // ext4
  EXPECT_EQ(network_file_system_name(0x01021994), "");  // tmpfs
}

TEST(FileSystem, LooksAtTheFolderOfAFileThatIsNotThereYet) {
  EXPECT_EQ(network_file_system(scratch_folder() / "a.db"), "");
  EXPECT_EQ(network_file_system("a.db"), network_file_system("./a.db"));
}

TEST(FileSystem, NamesAFolderThatDoesNotExist) {
  EXPECT_THROW(network_file_system(scratch_folder() / "no" / "a.db"), RunError);
}

}  // namespace
}  // namespace missmodal::results
