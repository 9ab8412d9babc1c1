#include "trainer/data/wordpiece/basic_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

#include "trainer/data/character.h"

namespace missmodal::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(BasicTokens, AreWordsAndSignsInLowerCaseWithoutAccents) {
  EXPECT_THAT(basic_tokens("It's A Naïve résumé, ÅNGSTRÖM!"),
              ElementsAre("it", "'", "s", "a", "naive", "resume", ",", "angstrom", "!"));
  EXPECT_THAT(basic_tokens("$5.99 a_b ~x"), ElementsAre("$", "5", ".", "99", "a", "_", "b", "~", "x"));
}

TEST(BasicTokens, AreChineseCharactersOneByOne) {
  EXPECT_THAT(basic_tokens("I看了2电影。"), ElementsAre("i", "看", "了", "2", "电", "影", "。"));
  EXPECT_THAT(basic_tokens("𠀀𪛖x"), ElementsAre("𠀀", "𪛖", "x"));
  EXPECT_THAT(basic_tokens("ひらがな"), ElementsAre("ひらかな"));  // no ideographs; the mark of ga is one
}

TEST(BasicTokens, KnowASigmaAtAWordsEnd) {
  EXPECT_THAT(basic_tokens("ΣΟΦΟΣ İSTANBUL"), ElementsAre("σοφος", "istanbul"));
}

TEST(BasicTokens, HaveNothingUnseen) {
  EXPECT_THAT(basic_tokens(std::string("a\0b\x7f \xe2\x80\x8b", 7)), ElementsAre("ab"));
  EXPECT_THAT(basic_tokens("soft\u00adhyphen\u00a0\ufeffx\u2028y\ue000"),
              ElementsAre("softhyphen", "x", "y"));
  EXPECT_THAT(basic_tokens(" \t\r\n\u3000 \u0301"), IsEmpty());
}

TEST(BasicTokens, OfBytesThatAreNoTextAreText) {
  EXPECT_THAT(basic_tokens("a\xff\xc3 b\xed\xa0\x80\xf4\x90\x80\x80"), ElementsAre("a", "b"));
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    for (const std::string& token : basic_tokens(bytes)) {
      EXPECT_TRUE(!token.empty() && is_utf8(token)) << printable(bytes);
    }
  }
}

}  // namespace
}  // namespace missmodal::trainer
