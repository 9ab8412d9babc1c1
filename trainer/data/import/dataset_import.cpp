#include "trainer/data/import/dataset_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/character.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/dataset_report.h"
#include "trainer/data/dataset_writer.h"
#include "trainer/data/import/source_scan.h"
#include "trainer/data/mmsa/mmsa_source.h"
#include "trainer/data/pickle/pickle_reader.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;

// What is kept of one modality, over the whole file.
struct Kept {
  std::array<std::vector<Window>, 3> windows;  // by SplitName
  json report;
};

Kept keep_text(const DatasetSource& source, std::vector<std::string>& warnings) {
  Kept kept;
  std::int64_t empty = 0;
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    const WordPieces& pieces = source.splits[s].word_pieces;
    for (const std::int32_t length : pieces.lengths) kept.windows[s].push_back({0, length});
    empty += pieces.empty;
  }
  if (empty > 0) warnings.push_back(fmt::format("text: {} utterances of length 0 got length 1", empty));
  kept.report = {{"lengths_from", "mask"}, {"zero_length", empty}};
  return kept;
}

// Lengths of audio or vision over the whole file; where a split has none, the text's.
std::vector<std::int64_t> stated_lengths(const DatasetSource& source, std::size_t m, bool& from_text) {
  std::vector<std::int64_t> lengths;
  for (std::size_t s = 0; s < source.splits.size(); ++s) {
    if (const auto& stated = source.splits[s].lengths[m]) {
      lengths.insert(lengths.end(), stated->begin(), stated->end());
      continue;
    }
    if (source.steps[m] != source.steps[0]) {
      throw InputError(source.splits[s].place,
                       fmt::format("has no '{}_lengths', and its {} steps are not aligned with text's {}",
                                   name(kModalities[m]), source.steps[m], source.steps[0]));
    }
    from_text = true;
    const std::vector<std::int32_t>& text = source.splits[s].word_pieces.lengths;
    lengths.insert(lengths.end(), text.begin(), text.end());
  }
  return lengths;
}

Kept keep_frames(const DatasetSource& source, const SourceScan& scan, std::size_t m, PaddingRule rule,
                 std::vector<std::string>& warnings) {
  std::vector<NonZero> rows;
  for (const SourceScan::Split& split : scan.splits) {
    rows.insert(rows.end(), split[m].begin(), split[m].end());
  }
  bool from_text = false;
  const std::vector<std::int64_t> lengths = stated_lengths(source, m, from_text);
  const Padding padding = place_windows(rule, source.steps[m], rows, lengths);
  Kept kept;
  kept.report = report_padding(name(kModalities[m]), from_text ? "text" : "file", padding, warnings);
  auto next = padding.windows.begin();
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    const auto end = next + static_cast<std::ptrdiff_t>(source.splits[s].size());
    kept.windows[s].assign(next, end);
    next = end;
  }
  return kept;
}

std::vector<std::int32_t> lengths_of(const std::vector<Window>& windows) {
  std::vector<std::int32_t> lengths;
  lengths.reserve(windows.size());
  for (const Window& window : windows) lengths.push_back(window.length);
  return lengths;
}

// An utterance that is in two splits, or twice in one, makes a test less of a test.
void warn_of_repeated_ids(const DatasetSource& source, std::vector<std::string>& warnings) {
  std::map<std::string_view, int> seen;
  for (const SourceSplit& split : source.splits) {
    for (const std::string& id : split.ids) ++seen[id];
  }
  const auto repeated =
      std::count_if(seen.begin(), seen.end(), [](const auto& entry) { return entry.second > 1; });
  if (repeated == 0) return;
  const auto first =
      std::find_if(seen.begin(), seen.end(), [](const auto& entry) { return entry.second > 1; });
  warnings.push_back(
      fmt::format("{} ids occur more than once, the first is {}", repeated, printable(first->first)));
}

json make_report(const SourceFile& file, const DatasetSource& source, const SourceScan& scan,
                 const std::array<Kept, 3>& kept, PaddingRule rule, std::vector<std::string> warnings) {
  const std::string_view known = known_dataset(scan.source_sha256);
  json report = {{"kind", "import"},
                 {"source", {{"sha256", scan.source_sha256}, {"bytes", file.size()}, {"known_as", known}}},
                 {"padding", name(rule)}};
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    std::array<std::vector<std::int32_t>, 3> lengths;
    for (std::size_t m = 0; m < kept.size(); ++m) lengths[m] = lengths_of(kept[m].windows[s]);
    report["splits"][std::string(sweeps::name(kSplits[s]))] =
        report_split(source.splits[s].labels, {lengths[0], lengths[1], lengths[2]});
  }
  for (const Modality modality : kModalities) {
    const auto m = static_cast<unsigned>(modality);
    const std::string key(name(modality));
    report["modalities"][key] = kept[m].report;
    report["modalities"][key].update(
        {{"width", source.widths[m]}, {"steps", source.steps[m]}, {"not_finite", scan.not_finite[m]}});
    if (scan.not_finite[m] > 0) {
      warnings.push_back(
          fmt::format("{}: {} numbers were NaN or infinite and became 0", key, scan.not_finite[m]));
    }
  }
  warn_of_repeated_ids(source, warnings);
  report["warnings"] = warnings;
  return report;
}

void write_frames(SequenceColumn& column, std::span<const Window> windows, DatasetWriter& writer) {
  column.read(windows, [&](std::span<float> frames) {
    zero_not_finite(frames);
    writer.write(std::span<const float>(frames));
  });
}

DatasetLayout layout_of(const DatasetSource& source, const std::array<Kept, 3>& kept) {
  DatasetLayout layout;
  for (std::size_t m = 0; m < kept.size(); ++m) {
    layout.widths[m] = source.widths[m];
    for (std::size_t s = 0; s < kSplits.size(); ++s) {
      layout.splits[s].utterances = static_cast<std::int64_t>(source.splits[s].size());
      for (const Window& window : kept[m].windows[s]) layout.splits[s].frames[m] += window.length;
    }
  }
  return layout;
}

}  // namespace

void import_dataset(const std::filesystem::path& source_path, const std::filesystem::path& out,
                    const ImportOptions& options) {
  SourceFile file(source_path);
  OutputFile output(out, std::span(&source_path, 1));
  DatasetSource source = open_mmsa(file, read_pickle(file));
  const auto file_size = static_cast<double>(file.size());
  SourceScan scan = scan_source(file, source, [&](std::uint64_t bytes) {
    options.on_progress("reading", static_cast<double>(bytes) / file_size);
  });
  std::vector<std::string> warnings;
  const std::array<Kept, 3> kept{keep_text(source, warnings),
                                 keep_frames(source, scan, 1, options.padding, warnings),
                                 keep_frames(source, scan, 2, options.padding, warnings)};
  const DatasetLayout layout = layout_of(source, kept);
  DatasetText text;
  text.label = options.label;
  text.report = make_report(file, source, scan, kept, options.padding, warnings).dump();
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    text.ids[s] = source.splits[s].ids;
    text.transcripts[s] = source.splits[s].transcripts;
  }
  DatasetWriter writer(std::move(output), layout, text);
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    SourceSplit& split = source.splits[s];
    for (std::size_t m = 0; m < kept.size(); ++m) {
      write_frames(split.sequences[m], kept[m].windows[s], writer);
      if (m == 0) writer.write(std::span<const std::int32_t>(split.word_pieces.tokens));
      options.on_progress("writing", static_cast<double>(s * kept.size() + m + 1) / 9.0);
    }
    for (const Kept& modality : kept)
      writer.write(std::span<const std::int32_t>(lengths_of(modality.windows[s])));
    writer.write(std::span<const float>(split.labels));
  }
  writer.finish();
}

}  // namespace missmodal::trainer
