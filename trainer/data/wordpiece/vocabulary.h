#pragma once
// The word pieces of an uncased BERT, and texts as their numbers: what Hugging Face's BertTokenizer makes of
// a vocab.txt.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace missmodal::trainer {

// Unchanging, so any number of threads may ask it.
class Vocabulary {
 public:
  // vocab.txt: one piece a line, its number counts from 0; a line may end as on Windows. Throws InputError,
  // all mistakes at once: not UTF-8, an empty line, a piece twice, none of [UNK], [CLS] or [SEP]; a
  // vocabulary with capitals, whose pieces an uncased text would miss; another file than a vocabulary, as
  // what it is.
  static Vocabulary read(const std::filesystem::path& path);
  static Vocabulary parse(std::string_view text,
                          const std::string& place);  // read()'s, of the file's content

  // [CLS], the text's pieces, [SEP]; of words those of each, as if a space were between them. A word without
  // pieces, or of more than 100 characters, is [UNK]. [CLS], [SEP], [UNK], [PAD] and [MASK] in the text are
  // themselves where the vocabulary has them. Any length; bytes that are no UTF-8 say nothing.
  std::vector<std::int32_t> encode(std::string_view text) const;
  std::vector<std::int32_t> encode(const std::vector<std::string>& words) const;

  const std::vector<std::string>& pieces() const { return pieces_; }
  const std::string& sha256() const { return sha256_; }  // hex, of the file's bytes

 private:
  Vocabulary() = default;
  void append(std::string_view text, std::vector<std::int32_t>& ids) const;
  void append_plain(std::string_view text, std::vector<std::int32_t>& ids) const;
  void append_word(const std::string& word, std::vector<std::int32_t>& ids) const;

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::vector<std::string> special_;  // of those five the ones it has
  std::string sha256_;
};

}  // namespace missmodal::trainer
