#include "trainer/data/import/word_pieces.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "trainer/data/wordpiece/vocabulary.h"

namespace missmodal::trainer {

std::string cut_words(DatasetSource& source, const std::filesystem::path& file) {
  const Vocabulary vocabulary = Vocabulary::read(file);
  for (SourceSplit& split : source.splits) {
    if (split.size() == 0) continue;
    if (split.word_pieces)
      throw InputError(split.place, "has word pieces already, --vocab would make others");
    if (split.transcripts.empty()) throw InputError(split.place, "has no transcripts that --vocab could cut");
    WordPieces pieces;
    for (const std::string& transcript : split.transcripts) {
      const std::vector<std::int32_t> ids = vocabulary.encode(transcript);
      pieces.lengths.push_back(static_cast<std::int32_t>(ids.size()));
      pieces.tokens.insert(pieces.tokens.end(), ids.begin(), ids.end());
    }
    split.word_pieces = std::move(pieces);
    split.sequences[static_cast<unsigned>(Modality::text)].reset();
    split.lengths[static_cast<unsigned>(Modality::text)].reset();
  }
  const auto text = static_cast<unsigned>(Modality::text);
  source.widths[text] = 1;
  source.steps[text] = 0;
  return vocabulary.sha256();
}

}  // namespace missmodal::trainer
