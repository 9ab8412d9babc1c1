#pragma once
// A source file of any layout -> a dataset's file, by the rules of docs/data.md. Nothing in a pickle is
// executed; its arrays are streamed, so a file larger than memory needs a few hundred MB at most.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "trainer/data/import/kept_frames.h"
#include "trainer/data/source/open_options.h"
#include "trainer/data/source/padding.h"

namespace missmodal::trainer {

struct ImportOptions {
  OpenOptions source;
  std::filesystem::path vocabulary;  // a vocab.txt that cuts transcripts into word pieces; "": none
  PaddingRule padding = PaddingRule::automatic;
  LengthRule lengths = LengthRule::automatic;
  std::string label;  // what the file really holds, for the tables' footers
  // The share of a step ("reading", "writing") that is done, 0 to 1.
  std::function<void(std::string_view step, double done)> on_progress = [](std::string_view, double) {};
};

// Deterministic: the same source and options give the same bytes. Throws InputError naming file, split, key
// and utterance for a source that breaks the rules, RunError for trouble with the disk; `out` is then as it
// was before.
void import_dataset(const std::filesystem::path& source, const std::filesystem::path& out,
                    const ImportOptions& options);

}  // namespace missmodal::trainer
