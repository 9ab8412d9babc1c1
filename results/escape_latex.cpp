#include "results/escape_latex.h"

#include <algorithm>
#include <array>
#include <utility>

namespace missmodal::results {

namespace {

using Replacement = std::pair<std::string_view, std::string_view>;

constexpr std::array<Replacement, 29> kWords{{{"\\", "\\textbackslash{}"},
                                              {"~", "\\textasciitilde{}"},
                                              {"^", "\\textasciicircum{}"},
                                              {"<", "$<$"},
                                              {">", "$>$"},
                                              {"|", "$|$"},
                                              {"\"", "''{}"},
                                              {"&", "\\&"},
                                              {"%", "\\%"},
                                              {"$", "\\$"},
                                              {"#", "\\#"},
                                              {"_", "\\_"},
                                              {"{", "\\{"},
                                              {"}", "\\}"},
                                              {"`", "\\textasciigrave{}"},

                                              {"±", "$\\pm$"},
                                              {"†", "$\\dagger$"},
                                              {"‡", "$\\ddagger$"},
                                              {"§", "\\S{}"},
                                              {"×", "$\\times$"},
                                              {"°", "$^\\circ$"},
                                              {"–", "--"},
                                              {"—", "---"},
                                              {"…", "\\ldots{}"},
                                              {"‘", "`{}"},
                                              {"’", "'{}"},
                                              {"“", "``"},
                                              {"”", "''"},
                                              {"ß", "\\ss{}"}}};

// The letters of the Latin-1 page, which LaTeX composes; the few that the classic fonts lack are not among
// them.
bool is_letter(std::string_view character) {
  if (character.size() != 2 || character[0] != '\xC3') return false;
  const auto second = static_cast<unsigned char>(character[1]);
  static constexpr std::array<unsigned char, 6> kLacking{0x90, 0x97, 0x9E, 0xB0, 0xB7, 0xBE};
  return std::find(kLacking.begin(), kLacking.end(), second) == kLacking.end();
}

std::size_t length_of_first(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
  return length;
}

}  // namespace

std::string escape_latex(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, length_of_first(text));
    text.remove_prefix(character.size());
    const auto word = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const Replacement& known) { return known.first == character; });
    if (word != kWords.end()) {
      result += word->second;
    } else if ((character.size() == 1 && character[0] >= 0x20 && character[0] < 0x7F) ||
               is_letter(character)) {
      result += character;
    } else {
      result += '?';
    }
  }
  return result;
}

}  // namespace missmodal::results
