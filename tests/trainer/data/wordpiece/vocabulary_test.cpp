#include "trainer/data/wordpiece/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "sweeps/error.h"
#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/scratch_folder.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::expect_input_error;
using missmodal::testing::read_bytes;
using missmodal::testing::ScratchFolder;
using ::testing::ElementsAre;
using Ids = std::vector<std::int32_t>;

const std::filesystem::path kHere =
    std::filesystem::path(MISSMODAL_SOURCE_DIR) / "tests/trainer/data/wordpiece";
const std::string kSmall = "[UNK]\n[CLS]\n[SEP]\nun\n##a\n##able\na\n,\nable\n";

Vocabulary small() {
  return Vocabulary::parse(kSmall, "vocab.txt");
}

void refused(const std::string& text, const std::string& expected) {
  expect_input_error([&] { Vocabulary::parse(text, "vocab.txt"); }, expected);
}

void expect_golden(const Vocabulary& vocabulary, const char* column) {
  const auto golden = nlohmann::json::parse(read_bytes(kHere / "golden.json"));
  ASSERT_GT(golden.size(), 30U);
  for (const auto& row : golden) {
    EXPECT_EQ(vocabulary.encode(row.at("text").get<std::string>()), row.at(column).get<Ids>())
        << row.at("text");
  }
}

TEST(Vocabulary, EncodesAsHuggingFaceDoes) {
  expect_golden(Vocabulary::read(kHere / "vocab.txt"), "small");
}

TEST(Vocabulary, EncodesAsHuggingFaceDoesWithTheVocabularyOfBertBaseUncased) {
  const auto path =
      std::filesystem::path(MISSMODAL_SOURCE_DIR) / "../shared/models/bert-base-uncased-vocab.txt";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  const Vocabulary vocabulary = Vocabulary::read(path);
  EXPECT_EQ(vocabulary.pieces().size(), 30522U);
  EXPECT_EQ(vocabulary.sha256(), "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3");
  expect_golden(vocabulary, "base");
}

TEST(Vocabulary, TakesTheLongestPieces) {
  EXPECT_THAT(small().encode("unable, a"), ElementsAre(1, 3, 5, 7, 6, 2));
  EXPECT_THAT(small().encode("unaa unb able"), ElementsAre(1, 3, 4, 4, 0, 8, 2));
  EXPECT_THAT(small().encode(""), ElementsAre(1, 2));
}

TEST(Vocabulary, EncodesWordsOneByOne) {
  const std::vector<std::string> words{"Unable", ",", "", "a a", "x"};
  EXPECT_THAT(small().encode(words), ElementsAre(1, 3, 5, 7, 6, 6, 0, 2));
}

TEST(Vocabulary, KnowsItsSpecialPiecesWhereItHasThem) {
  EXPECT_THAT(small().encode("a[SEP]a [CLS]"), ElementsAre(1, 6, 2, 6, 1, 2));
  EXPECT_THAT(small().encode("[MASK]"), ElementsAre(1, 0, 0, 0, 2));
  EXPECT_THAT(Vocabulary::parse(kSmall + "[MASK]\n", "v").encode("[MASK][mask"), ElementsAre(1, 9, 0, 0, 2));
}

TEST(Vocabulary, TakesWindowsLinesAMarkAndNoLastLineEnd) {
  const Vocabulary windows = Vocabulary::parse("\xEF\xBB\xBF[UNK]\r\n[CLS]\r\n[SEP]\r\na", "v");
  EXPECT_THAT(windows.encode("a b"), ElementsAre(1, 3, 0, 2));
  EXPECT_EQ(windows.pieces().size(), 4U);
}

TEST(Vocabulary, TellsAllMistakesAtOnce) {
  refused("[UNK]\n[SEP]\na\n\nb\na\n\n",
          "vocab.txt:4: is empty; each line is a word piece\n"
          "vocab.txt:6: is the word piece of line 3 again: a\n"
          "vocab.txt: has no [CLS], which a BERT's vocabulary has");
  refused("a\n", "vocab.txt: has no [UNK], which a BERT's vocabulary has\nvocab.txt: has no [CLS], which");
  refused(kSmall + "\xc9t\xe9\n", "vocab.txt:10: is not UTF-8");
}

TEST(Vocabulary, RefusesACasedOne) {
  refused(kSmall + "Un\nTHE\n",
          "vocab.txt: has capitals in 2 of its 11 word pieces: it belongs to a cased BERT");
}

TEST(Vocabulary, SaysWhatAnotherFileIs) {
  refused("", "vocab.txt: is empty");
  refused("{\"version\": \"1.0\"}", "vocab.txt: is JSON, not a vocabulary of one word piece a line");
  refused("version https://git-lfs.github.com/spec/v1\n", "vocab.txt: is a pointer of Git LFS");
  refused(std::string("PK\x03\x04\0\0", 6), "vocab.txt: is no text");
  refused(std::string((std::size_t{1} << 24) + 1, 'a'), "vocab.txt: is larger than 16 MiB");
  ScratchFolder folder;
  expect_input_error([&] { Vocabulary::read(folder / "none"); }, "none: no such file");
  expect_input_error([&] { Vocabulary::read(folder / ""); }, "is a folder, not a vocab.txt");
}

// Whatever the bytes: refused in one of these ways, or read and then able to encode anything.
TEST(Vocabulary, IsReadOrRefusedWhateverTheDamage) {
  const std::string good = kSmall + "[MASK]\n电\n##é\n";
  std::mt19937 random(1);
  int read = 0;
  int refusals = 0;
  const auto attempt = [&](const std::string& bytes) {
    try {
      const Vocabulary vocabulary = Vocabulary::parse(bytes, "vocab.txt");
      std::string text(random() % 60, '\0');
      for (char& byte : text)
        byte = random() % 3 == 0 ? static_cast<char>(random()) : good[random() % good.size()];
      const auto most = static_cast<std::int32_t>(vocabulary.pieces().size());
      for (const std::int32_t id : vocabulary.encode(text)) EXPECT_TRUE(id >= 0 && id < most);
      ++read;
    } catch (const InputError& error) {
      EXPECT_FALSE(error.mistakes()[0].place.empty() || error.mistakes()[0].reason.empty());
      ++refusals;
    }
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    attempt(good.substr(0, i));
    for (const unsigned mask : {0x01U, 0x08U, 0x20U, 0x80U, 0xFFU}) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ mask);
      attempt(bytes);
    }
  }
  EXPECT_GT(read, 50);
  EXPECT_GT(refusals, 50);
}

}  // namespace
}  // namespace missmodal::trainer
