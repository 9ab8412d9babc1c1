// Every byte of a good file, damaged in several ways: refused or read, never a crash. Under the sanitizers
// this is the test that finds a check that is missing.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

#include "sweeps/error.h"
#include "tests/trainer/data/mmsa_pickle.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/dataset.h"
#include "trainer/data/dataset_summary.h"
#include "trainer/data/import/dataset_import.h"
#include "trainer/data/import/open_source.h"
#include "trainer/data/import/source_scan.h"

namespace missmodal::trainer {
namespace {

using namespace missmodal::testing;

struct Tally {
  std::size_t read = 0;
  std::size_t refused = 0;
};

// `read` of the file with one byte changed, for every byte and several changes. Changed in place: to write
// each file anew would wait for the disk.
template <typename Read>
Tally damage_every_byte(const std::filesystem::path& path, std::size_t from, std::size_t to, Read read,
                        std::initializer_list<unsigned> masks = {0x01U, 0x08U, 0x80U, 0xFFU}) {
  const std::string good = read_bytes(path);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t position, unsigned byte) {
    file.seekp(static_cast<std::streamoff>(position));
    file.put(static_cast<char>(byte)).flush();
  };
  Tally tally;
  for (std::size_t i = from; i < to; ++i) {
    const auto byte = static_cast<unsigned char>(good[i]);
    for (const unsigned mask : masks) {
      put(i, byte ^ mask);
      try {
        read(path);
        ++tally.read;
      } catch (const InputError& error) {
        ++tally.refused;
        EXPECT_FALSE(error.mistakes()[0].place.empty() || error.mistakes()[0].reason.empty());
      }
    }
    put(i, byte);
  }
  return tally;
}

// Everything of the import but the writing, of every byte of a pickle that scripts/make_pickles.py made.
void damage_pickle(const std::string& form, const OpenOptions& options,
                   std::initializer_list<unsigned> masks) {
  ScratchFolder folder;
  const auto read = [&](const std::filesystem::path& path) {
    SourceFile file(path);
    DatasetSource source = open_source(file, options);
    scan_source(source, [] {});
  };
  const std::string good =
      read_bytes(std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/trainer/data" / form);
  const std::filesystem::path path = folder.write(form, good);
  ASSERT_NO_THROW(read(path)) << form;
  const Tally tally = damage_every_byte(path, 0, good.size(), read, masks);
  EXPECT_GT(tally.refused, good.size() / 4) << form;
  EXPECT_GT(tally.read, 0U) << form;
}

// What has one split has all that a split can have, in a third of the bytes.
TEST(Damage, APickleIsReadOrRefused) {
  for (const char* form : {"one_split2.pkl", "one_split5.pkl", "one_split_kinds.pkl"})
    damage_pickle(form, {.split = sweeps::SplitName::train}, {0x01U, 0x08U, 0x80U, 0xFFU});
  damage_pickle("three_splits.pkl", {}, {0x01U, 0x08U, 0x80U, 0xFFU});
}

TEST(Damage, EveryOtherLayoutIsReadOrRefused) {
  for (const char* form : {"own_lengths.pkl", "cmu.pkl", "tuples.pkl", "single.pkl"})
    damage_pickle(form, {}, {0x01U, 0x80U});
}

// Where a dataset's tensors begin.
std::size_t tensors_of(const std::filesystem::path& path) {
  const std::string begin = read_bytes(path).substr(0, 8);
  std::uint64_t header = 0;
  std::memcpy(&header, begin.data(), sizeof(header));
  return 8 + static_cast<std::size_t>(header);
}

// Of one split, which has all that a split can have; of three where they are compared.
class DamagedDataset : public ::testing::Test {
 protected:
  DamagedDataset() : path_(folder_ / "x"), source_(folder_.write("source", mmsa_pickle(plain_file()))) {
    ImportOptions options;
    options.source.split = sweeps::SplitName::valid;
    import_dataset(source_, path_, options);
    digest_ = Dataset::open(path_)->content_sha256();
    size_ = static_cast<std::size_t>(std::filesystem::file_size(path_));
    data_ = tensors_of(path_);
  }
  static void damage_header(const std::filesystem::path& path, std::initializer_list<unsigned> masks) {
    const std::size_t end = tensors_of(path);
    const auto read = [](const std::filesystem::path& damaged) {
      const auto dataset = Dataset::open(damaged);
      summary_text(damaged, *dataset);
      dataset->computed_sha256();
    };
    EXPECT_GT(damage_every_byte(path, 0, end, read, masks).refused, end * masks.size() / 16);
  }
  ScratchFolder folder_;
  std::filesystem::path path_;
  std::filesystem::path source_;
  std::string digest_;
  std::size_t size_ = 0;
  std::size_t data_ = 0;  // where the tensors begin
};

TEST_F(DamagedDataset, ADamagedHeaderIsReadOrRefused) {
  damage_header(path_, {0x01U, 0x08U, 0x80U, 0xFFU});
  const std::filesystem::path three = folder_ / "three";
  import_dataset(source_, three, {});
  damage_header(three, {0x01U, 0x80U});
}

TEST_F(DamagedDataset, ADamagedTensorIsRefusedOrFailsTheDigest) {
  const Tally tally = damage_every_byte(path_, data_, size_, [&](const std::filesystem::path& path) {
    EXPECT_NE(Dataset::open(path)->computed_sha256(), digest_);
  });
  EXPECT_GT(tally.read, 0U);
  EXPECT_GT(tally.refused, 0U);
}

TEST_F(DamagedDataset, EveryTruncationIsRefused) {
  for (std::size_t size = size_; size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    EXPECT_THROW(Dataset::open(path_), InputError) << size;
  }
}

}  // namespace
}  // namespace missmodal::trainer
