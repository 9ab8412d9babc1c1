#pragma once
// Text cut into the words that an uncased BERT's vocabulary is asked for: Hugging Face's BasicTokenizer
// (do_lower_case, tokenize_chinese_chars, strip_accents), character by character.

#include <string>
#include <string_view>
#include <vector>

namespace missmodal::trainer {

// Control, private and unassigned characters go, a Chinese character stands alone, letters become lower case
// and lose their accents (canonical decomposition, nonspacing marks), punctuation stands alone; the words lie
// between white space. UTF-8; what is not well-formed counts as U+FFFD, which goes too. Which characters are
// assigned is the Unicode version of the ICU that is linked.
std::vector<std::string> basic_tokens(std::string_view text);

}  // namespace missmodal::trainer
