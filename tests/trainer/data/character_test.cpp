#include "trainer/data/character.h"

#include <gtest/gtest.h>

#include <string>

namespace missmodal::trainer {
namespace {

TEST(Utf8, WellFormedOnly) {
  for (const char* good : {"", "a", "größe", "€", "\U0001F600", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xC3", "\xC3(", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xFF", "a\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad)) << printable(bad);
  }
}

TEST(Utf8, WritesWhatItReads) {
  for (const std::uint32_t character : {0x41U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text;
    EXPECT_TRUE(append_utf8(text, character));
    EXPECT_TRUE(is_utf8(text)) << character;
  }
  std::string text;
  EXPECT_FALSE(append_utf8(text, 0xD800));
  EXPECT_FALSE(append_utf8(text, 0x110000));
  EXPECT_TRUE(text.empty());
}

TEST(Latin1, OneByteACharacter) {
  EXPECT_EQ(latin1_bytes("aä\xC3\xBF"), "a\xE4\xFF");
  EXPECT_FALSE(latin1_bytes("€").has_value());
  EXPECT_FALSE(latin1_bytes("\xC3").has_value());
  EXPECT_FALSE(latin1_bytes("\xC3"
                            "a")
                   .has_value());
}

TEST(Printable, NothingThatATerminalObeys) {
  EXPECT_EQ(printable("a\x1b[31m\n"), "a?[31m?");
  EXPECT_EQ(printable(std::string(100, 'x')), std::string(80, 'x') + "...");
}

}  // namespace
}  // namespace missmodal::trainer
