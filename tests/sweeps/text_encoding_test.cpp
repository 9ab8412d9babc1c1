#include "sweeps/text_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sweeps/sweep_text.h"

namespace missmodal::sweeps {
namespace {

using std::string_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kGbk = "\xB6\xE0\xC4\xA3\xCC\xAC";  // "multimodal"

std::string fault(const std::string& text) {
  const EncodingFault found = encoding_fault(text);
  return found.line == 0 ? "" : std::to_string(found.line) + ": " + found.reason;
}

std::string looks_like(const std::string& encoding) {
  return "is not UTF-8 but looks like " + encoding + "; save it as UTF-8";
}

// Each ASCII character as a unit of two or four bytes.
std::string widened(const std::string& ascii, std::size_t before, std::size_t after) {
  std::string text;
  for (const char c : ascii) text += std::string(before, '\0') + c + std::string(after, '\0');
  return text;
}

TEST(TextEncoding, OfWellFormedTextHasNoFault) {
  for (const char* text :
       {"", "a\nb", "größe 多模态 😀", "\xEF\xBB\xBFname: x", "\xF4\x8F\xBF\xBF\xED\x9F\xBF"}) {
    EXPECT_EQ(fault(text), "") << text;
    EXPECT_EQ(utf8_prefix(text), std::string(text).size()) << text;
  }
}

TEST(TextEncoding, EndsBeforeWhatIsNotWellFormed) {
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x9F\xBF", "\xE4\xB8", "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_EQ(utf8_prefix("ab" + std::string(bad)), 2U) << bad;
    EXPECT_EQ(utf8_prefix("ab" + std::string(bad) + "xyz"), 2U) << bad;
  }
}

TEST(TextEncoding, IsToldWithTheLine) {
  EXPECT_EQ(fault("name: x\n# gr\xF6\xDF"
                  "e\n"),
            "2: " + looks_like("Latin-1 or Windows-1252"));
  EXPECT_EQ(fault("a\n\n# caf\xE9, \xC0 la carte\n"), "3: " + looks_like("Latin-1 or Windows-1252"));
  EXPECT_EQ(fault("# " + kGbk + "\n"), "1: " + looks_like("GBK"));
  EXPECT_EQ(fault("# 多模态\npath: \xA1\xB0" + kGbk + "\xA1\xB1"), "2: " + looks_like("GBK"));
  EXPECT_EQ(fault("\xFF\xFE" + widened("name: x\n", 0, 1)), "1: " + looks_like("UTF-16"));
  EXPECT_EQ(fault("\xFE\xFF" + widened("name: x\n", 1, 0)), "1: " + looks_like("UTF-16"));
  EXPECT_EQ(fault(widened("name: x\n", 0, 1)), "1: " + looks_like("UTF-16"));
  EXPECT_EQ(fault("\xFF\xFE\0\0"s + widened("name: x\n", 0, 3)), "1: " + looks_like("UTF-32"));
  EXPECT_EQ(fault(widened("name: x\n", 3, 0)), "1: " + looks_like("UTF-32"));
  EXPECT_EQ(fault("name: x\nseed: 1\n\0"s), "3: has a byte that is zero, which no text has");
}

class EncodedSweep : public SweepText {};

TEST_F(EncodedSweep, IsReadAsUtf8Alone) {
  EXPECT_THAT(mistakes(sweep_text("# 多模态\n")), IsEmpty());
  EXPECT_THAT(mistakes("\xEF\xBB\xBF" + sweep_text()), IsEmpty());
  EXPECT_THAT(mistakes(sweep_text("# " + kGbk + "\n")), ElementsAre("s.yaml:4: " + looks_like("GBK")));
  EXPECT_THAT(mistakes("\xFF\xFE" + widened(sweep_text(), 0, 1)),
              ElementsAre("s.yaml:1: " + looks_like("UTF-16")));
  EXPECT_THAT(mistakes(sweep_text() + "\0"s),
              ElementsAre("s.yaml:6: has a byte that is zero, which no text has"));
}

TEST_F(EncodedSweep, TakesNoPathOfOtherBytes) {
  EXPECT_THAT(mistakes(sweep_text(), {"dataset.path=" + kGbk}),
              ElementsAre("--set dataset.path=" + kGbk + ": " + looks_like("GBK")));
  EXPECT_THAT(mistakes(sweep_text(), {"dataset.path=\"a\\0b\""}),
              ElementsAre("--set dataset.path=\"a\\0b\": must be without a zero, got \"a\\u0000b\""));
}

}  // namespace
}  // namespace missmodal::sweeps
