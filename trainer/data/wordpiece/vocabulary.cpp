#include "trainer/data/wordpiece/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include "sweeps/error.h"
#include "sweeps/presence.h"
#include "sweeps/sha256.h"
#include "trainer/data/character.h"
#include "trainer/data/wordpiece/basic_tokenizer.h"

namespace missmodal::trainer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnknown = "[UNK]";
constexpr const char* kBegin = "[CLS]";
constexpr const char* kEnd = "[SEP]";
constexpr std::array kNeeded{kUnknown, kBegin, kEnd};
constexpr std::array kKeptWhole{kUnknown, kBegin, kEnd, "[PAD]", "[MASK]"};
constexpr const char* kContinuation = "##";
constexpr std::size_t kLongestWord = 100;                 // characters
constexpr std::size_t kMostBytes = std::size_t{1} << 24;  // the largest published one has 5 MB
constexpr std::size_t kCasedShare = 20;  // uncased ones have no capitals, but for a stray one; cased 1 in 3

constexpr std::string_view kMark = "\xEF\xBB\xBF";  // an editor's byte order mark

bool is_continuation_byte(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool has_capitals(std::string_view piece) {
  const bool special = piece.starts_with('[') && piece.ends_with(']');
  return !special && std::any_of(piece.begin(), piece.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// What people hand over in place of a vocabulary, "" if nothing of the kind.
std::string_view other_kind(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.starts_with("version https://git-lfs")) {
    return "is a pointer of Git LFS, not the file itself; `git lfs pull` in its repository fetches it";
  }
  if (text.starts_with('{')) {
    return "is JSON, not a vocabulary of one word piece a line; vocab.txt lies beside tokenizer.json";
  }
  if (text.find('\0') != std::string_view::npos) return "is no text; a vocab.txt has one word piece a line";
  return "";
}

std::string read_bytes(const fs::path& path) {
  std::error_code error;
  if (!is_there(path)) throw InputError(path.string(), "no such file");
  if (fs::is_directory(path, error)) throw InputError(path.string(), "is a folder, not a vocab.txt");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(path.string(), fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Vocabulary Vocabulary::read(const fs::path& path) {
  return parse(read_bytes(path), path.string());
}

Vocabulary Vocabulary::parse(std::string_view text, const std::string& place) {
  if (text.size() > kMostBytes) throw InputError(place, "is larger than 16 MiB, which no vocabulary is");
  if (const std::string_view kind = other_kind(text); !kind.empty()) {
    throw InputError(place, std::string(kind));
  }
  Vocabulary vocabulary;
  vocabulary.sha256_ = hex(missmodal::sha256(text));
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  // Of a kind the first says enough: a file of another sort has thousands.
  std::string not_utf8;
  std::string empty;
  std::optional<Mistake> twice;
  std::size_t capitals = 0;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    const std::string here = fmt::format("{}:{}", place, line);
    if (piece.empty() && empty.empty()) empty = here;
    if (!is_utf8(piece) && not_utf8.empty()) not_utf8 = here;
    const auto [entry, is_new] = vocabulary.numbers_.emplace(piece, static_cast<std::int32_t>(line - 1));
    if (!is_new && !piece.empty() && !twice) {
      twice = {here,
               fmt::format("is the word piece of line {} again: {}", entry->second + 1, printable(piece))};
    }
    capitals += has_capitals(piece) ? 1 : 0;
    vocabulary.pieces_.emplace_back(piece);
  }
  std::vector<Mistake> mistakes;
  if (!not_utf8.empty()) mistakes.push_back({not_utf8, "is not UTF-8"});
  if (!empty.empty()) mistakes.push_back({empty, "is empty; each line is a word piece"});
  if (twice) mistakes.push_back(*twice);
  for (const char* needed : kNeeded) {
    if (!vocabulary.numbers_.contains(needed)) {
      mistakes.push_back({place, fmt::format("has no {}, which a BERT's vocabulary has", needed)});
    }
  }
  const std::size_t count = vocabulary.pieces_.size();
  if (capitals * kCasedShare > count) {
    mistakes.push_back({place, fmt::format("has capitals in {} of its {} word pieces: it belongs to a cased "
                                           "BERT, but texts are read as an uncased one reads them",
                                           capitals, count)});
  }
  if (!mistakes.empty()) throw InputError(std::move(mistakes));
  for (const char* special : kKeptWhole) {
    if (vocabulary.numbers_.contains(special)) vocabulary.special_.emplace_back(special);
  }
  return vocabulary;
}

void Vocabulary::append_word(const std::string& word, std::vector<std::int32_t>& ids) const {
  const std::size_t before = ids.size();
  const auto characters = static_cast<std::size_t>(
      std::count_if(word.begin(), word.end(), [](char c) { return !is_continuation_byte(c); }));
  bool found = characters <= kLongestWord;
  for (std::size_t begin = 0; found && begin < word.size();) {
    found = false;
    for (std::size_t end = word.size(); end > begin && !found;) {  // the longest that the vocabulary has
      const auto entry = numbers_.find((begin > 0 ? kContinuation : "") + word.substr(begin, end - begin));
      if (entry != numbers_.end()) {
        ids.push_back(entry->second);
        begin = end;
        found = true;
      } else {
        do --end;
        while (end > begin && is_continuation_byte(word[end]));
      }
    }
  }
  if (found) return;
  ids.resize(before);
  ids.push_back(numbers_.at(kUnknown));
}

void Vocabulary::append_plain(std::string_view text, std::vector<std::int32_t>& ids) const {
  for (const std::string& word : basic_tokens(text)) append_word(word, ids);
}

void Vocabulary::append(std::string_view text, std::vector<std::int32_t>& ids) const {
  std::size_t done = 0;
  for (std::size_t at = text.find('['); at != std::string_view::npos;) {
    const auto special = std::find_if(special_.begin(), special_.end(), [&](const std::string& one) {
      return text.substr(at).starts_with(one);
    });
    if (special == special_.end()) {
      at = text.find('[', at + 1);
      continue;
    }
    append_plain(text.substr(done, at - done), ids);
    ids.push_back(numbers_.at(*special));
    done = at + special->size();
    at = text.find('[', done);
  }
  append_plain(text.substr(done), ids);
}

std::vector<std::int32_t> Vocabulary::encode(std::string_view text) const {
  std::vector<std::int32_t> ids{numbers_.at(kBegin)};
  append(text, ids);
  ids.push_back(numbers_.at(kEnd));
  return ids;
}

std::vector<std::int32_t> Vocabulary::encode(const std::vector<std::string>& words) const {
  std::vector<std::int32_t> ids{numbers_.at(kBegin)};
  for (const std::string& word : words) append(word, ids);
  ids.push_back(numbers_.at(kEnd));
  return ids;
}

}  // namespace missmodal::trainer
