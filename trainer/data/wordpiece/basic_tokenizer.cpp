#include "trainer/data/wordpiece/basic_tokenizer.h"

#include <fmt/format.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "sweeps/error.h"

namespace missmodal::trainer {
namespace {

using icu::UnicodeString;

struct Range {
  UChar32 first;
  UChar32 last;
};
// What BasicTokenizer takes for Chinese: ideographs, no kana and no hangul.
constexpr Range kChinese[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
                              {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B820, 0x2CEAF}, {0x2F800, 0x2FA1F}};

bool is_chinese(UChar32 c) {
  return std::any_of(std::begin(kChinese), std::end(kChinese),
                     [&](const Range& range) { return range.first <= c && c <= range.last; });
}

bool is_of(UChar32 c, std::uint32_t categories) {
  return (U_GET_GC_MASK(c) & categories) != 0;
}

bool is_white(UChar32 c) {
  return c == '\t' || c == '\n' || c == '\r' || is_of(c, U_GC_ZS_MASK);
}

// ASCII's signs count whatever Unicode calls them: $ + < = > ^ ` | ~ are symbols there.
bool is_punctuation(UChar32 c) {
  const bool ascii_sign = c > ' ' && c < 0x7F && !u_isalnum(c);
  return ascii_sign || is_of(c, U_GC_P_MASK);
}

UnicodeString cleaned(std::string_view text) {
  UnicodeString clean;
  for (std::size_t i = 0; i < text.size();) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text.data(), i, text.size(), c);
    if (is_white(c)) {
      clean.append(UChar32{' '});
    } else if (is_chinese(c)) {
      clean.append(UChar32{' '}).append(c).append(UChar32{' '});
    } else if (c != 0xFFFD && !is_of(c, U_GC_C_MASK)) {
      clean.append(c);
    }
  }
  return clean;
}

UnicodeString normalized(const UnicodeString& text, bool compose) {
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* form =
      compose ? icu::Normalizer2::getNFCInstance(code) : icu::Normalizer2::getNFDInstance(code);
  UnicodeString result;
  if (U_SUCCESS(code)) result = form->normalize(text, code);
  if (U_FAILURE(code)) throw RunError(fmt::format("ICU: normalize: {}", u_errorName(code)));
  return result;
}

}  // namespace

std::vector<std::string> basic_tokens(std::string_view text) {
  UnicodeString lower = normalized(cleaned(text), /*compose=*/true);
  lower.toLower(icu::Locale::getRoot());
  const UnicodeString plain = normalized(lower, /*compose=*/false);
  std::vector<std::string> tokens;
  UnicodeString word;
  const auto finish = [&] {
    if (!word.isEmpty()) word.toUTF8String(tokens.emplace_back());
    word.remove();
  };
  for (std::int32_t i = 0; i < plain.length(); i = plain.moveIndex32(i, 1)) {
    const UChar32 c = plain.char32At(i);
    if (is_of(c, U_GC_Z_MASK)) {
      finish();
    } else if (is_punctuation(c)) {
      finish();
      word.append(c);
      finish();
    } else if (!is_of(c, U_GC_MN_MASK)) {
      word.append(c);
    }
  }
  finish();
  return tokens;
}

}  // namespace missmodal::trainer
