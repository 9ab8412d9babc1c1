#include "results/plain_text.h"

#include <gtest/gtest.h>

namespace missmodal::results {
namespace {

TEST(PlainText, KeepsWhatIsWellFormed) {
  EXPECT_EQ(plain_text("it's good, naïve €5 😀", 100), "it's good, naïve €5 😀");
  EXPECT_EQ(plain_text("", 100), "");
}

TEST(PlainText, MakesOneLineOfIt) {
  EXPECT_EQ(plain_text(" a\r\n\tb\x1b[31m  c\x7f ", 100), "a b [31m c");
  EXPECT_EQ(plain_text(std::string_view("a\0b", 3), 100), "a b");
  EXPECT_EQ(plain_text("a\u0085b\u2028c\u202Ed\u2066e\uFEFF", 100), "a b c d e");
  EXPECT_EQ(plain_text("\n\n", 100), "");
}

TEST(PlainText, ReplacesBytesThatAreNoUtf8) {
  const std::string unknown = "\xEF\xBF\xBD";
  EXPECT_EQ(plain_text("a\xFF"
                       "b",
                       100),
            "a" + unknown + "b");
  EXPECT_EQ(plain_text("\xC0\xAF", 100), unknown + unknown);                // overlong
  EXPECT_EQ(plain_text("\xED\xA0\x80", 100), unknown + unknown + unknown);  // a surrogate
  EXPECT_EQ(plain_text("a\xE2\x82", 100), "a" + unknown + unknown);         // cut off
}

TEST(PlainText, IsBounded) {
  EXPECT_EQ(plain_text("abcd", 4), "abcd");
  EXPECT_EQ(plain_text("abcde", 4), "abc…");
  EXPECT_EQ(plain_text("ééééé", 4), "ééé…");
  EXPECT_EQ(plain_text("abcd   ", 4), "abcd");
  EXPECT_EQ(plain_text("abc d", 4), "abc…");
}

}  // namespace
}  // namespace missmodal::results
