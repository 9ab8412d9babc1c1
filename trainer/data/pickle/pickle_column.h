#pragma once
// A column of a dataset, one entry an utterance: a Python list or tuple, a numpy array of numbers, <U or S,
// or a numpy array of objects; (N) or (N, 1).

#include <cstdint>
#include <string>
#include <vector>

#include "trainer/data/pickle/pickle_value.h"
#include "trainer/data/pickle/source_file.h"

namespace missmodal::trainer {

inline constexpr std::int64_t kMaxUtterances = 1'000'000;  // a split

// `place` is named by every InputError: not a column, not of strings (numbers), no UTF-8, too long.
std::vector<std::string> read_strings(SourceFile& file, const PickleTree& tree, PickleNode node,
                                      const std::string& place);
std::vector<double> read_numbers(SourceFile& file, const PickleTree& tree, PickleNode node,
                                 const std::string& place);

// As read_strings, but None and NaN are empty texts.
std::vector<std::string> read_transcripts(SourceFile& file, const PickleTree& tree, PickleNode node,
                                          const std::string& place);

// Names of utterances: strings, whole numbers, or several of them an utterance, (N, k), joined by "$_$".
std::vector<std::string> read_ids(SourceFile& file, const PickleTree& tree, PickleNode node,
                                  const std::string& place);
// One of them.
std::string read_id(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place);

// A number, or the first of an array, a list or a tuple of numbers, as far down as they are nested.
double first_number(SourceFile& file, const PickleTree& tree, PickleNode node, const std::string& place);

// A str or bytes object's content as UTF-8.
std::string read_text(SourceFile& file, const PickleChars& chars, const std::string& place);

}  // namespace missmodal::trainer
