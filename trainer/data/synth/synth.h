#pragma once
// A synthetic dataset with MMSA's layout and statistics of lengths, for first steps and tests: the label is
// carried best by text (by `text` and by `tokens` alike), less by audio and vision. docs/data.md
// tells how.

#include <cstdint>
#include <filesystem>

namespace missmodal::trainer {

struct SynthOptions {
  std::int64_t train = 1284;  // utterances, each 1 to 1,000,000
  std::int64_t valid = 229;
  std::int64_t test = 686;
  std::int64_t seed = 1;
  int text_width = 50;  // 1 to 65536
  int audio_width = 20;
  int vision_width = 10;
  int max_length = 50;   // word pieces with [CLS] and [SEP], 4 to 512
  int audio_steps = 50;  // the longest sequence, 1 to 65536
  int vision_steps = 50;
  int vocabulary = 30522;  // word pieces of the BERT that reads `tokens`, at least 256
};

// Deterministic: the same options give the same bytes on every machine. InputError for a value out of its
// range, RunError for a full disk.
void write_synthetic(const std::filesystem::path& out, const SynthOptions& options);

}  // namespace missmodal::trainer
