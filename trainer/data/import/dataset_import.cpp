#include "trainer/data/import/dataset_import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/subset.h"
#include "trainer/data/character.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/dataset_report.h"
#include "trainer/data/dataset_writer.h"
#include "trainer/data/import/kept_frames.h"
#include "trainer/data/import/label_census.h"
#include "trainer/data/import/open_source.h"
#include "trainer/data/import/source_scan.h"
#include "trainer/data/import/word_pieces.h"
#include "trainer/data/source/dataset_source.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;

constexpr std::size_t kReportRoom = 96;  // of a digest and a name

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

// A modality that is zero in every frame of a split says nothing.
void warn_of_zeros(const DatasetSource& source, const SourceScan& scan, std::vector<std::string>& warnings) {
  for (const Modality modality : kModalities) {
    const auto m = static_cast<unsigned>(modality);
    std::vector<std::string_view> zero;
    std::size_t splits = 0;
    for (std::size_t s = 0; s < kSplits.size(); ++s) {
      if (!source.splits[s].sequences[m]) continue;
      ++splits;
      const std::vector<NonZero>& rows = scan.splits[s][m];
      if (std::all_of(rows.begin(), rows.end(), [](const NonZero& row) { return row.end == 0; }))
        zero.push_back(sweeps::name(kSplits[s]));
    }
    if (zero.empty()) continue;
    warnings.push_back(
        fmt::format("{} is zero in every frame of {}: it says nothing", name(modality),
                    zero.size() == splits ? "the file" : fmt::format("{}", fmt::join(zero, ", "))));
  }
}

// The digest is known last, when all is written: until then its place in the report is kept.
void name_source(json& report, const std::string& sha256) {
  report["source"]["sha256"] = sha256;
  report["source"]["known_as"] = known_dataset(sha256);
}

json make_report(const SourceFile& file, const DatasetSource& source, const SourceScan& scan,
                 const std::array<KeptFrames, 3>& kept, const FoundScale& scale, PaddingRule rule,
                 const std::string& vocabulary, std::vector<std::string> warnings) {
  json report = {{"kind", "import"},
                 {"source", {{"sha256", ""}, {"bytes", file.size()}, {"known_as", ""}}},
                 {"layout", name(source.layout)},
                 {"scale", {{"scale", sweeps::name(scale.scale)}, {"why", scale.why}}},
                 {"padding", name(rule)}};
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    if (source.splits[s].size() == 0) continue;
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
  if (!vocabulary.empty()) {
    report["vocab_sha256"] = vocabulary;
    warnings.push_back(
        "text: word pieces were cut from the transcripts; there are no word vectors, only models with "
        "model.text.encoder: bert can read it");
  }
  warn_of_zeros(source, scan, warnings);
  warn_of_repeated_ids(source, warnings);
  report["warnings"] = warnings;
  return report;
}

// A text of words alone has one number a word piece, which is zero.
void write_frames(std::optional<SequenceColumn>& column, std::span<const Window> windows,
                  DatasetWriter& writer) {
  if (!column) {
    for (const Window& window : windows)
      writer.write(std::span<const float>(std::vector<float>(static_cast<std::size_t>(window.length))));
    return;
  }
  column->read(windows, [&](std::span<float> frames) {
    zero_not_finite(frames);
    writer.write(std::span<const float>(frames));
  });
}

DatasetLayout layout_of(const DatasetSource& source, const std::array<KeptFrames, 3>& kept) {
  DatasetLayout layout;
  layout.widths = source.widths;
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    const SourceSplit& split = source.splits[s];
    SplitSize& size = layout.splits[s];
    size.utterances = static_cast<std::int64_t>(split.size());
    if (split.size() == 0) continue;
    size.labels = !split.labels.empty();
    layout.word_pieces = split.word_pieces.has_value();
    for (std::size_t m = 0; m < kept.size(); ++m) {
      size.unimodal_labels[m] = !split.unimodal_labels[m].empty();
      for (const Window& window : kept[m].windows[s]) size.frames[m] += window.length;
    }
  }
  return layout;
}

}  // namespace

void import_dataset(const std::filesystem::path& source_path, const std::filesystem::path& out,
                    const ImportOptions& options) {
  SourceFile file(source_path);
  const std::array<std::filesystem::path, 2> inputs{source_path, options.vocabulary};
  OutputFile output(out, std::span(inputs).first(options.vocabulary.empty() ? 1 : 2));
  file.start_digest();
  DatasetSource source = open_source(file, options.source);
  const std::string vocabulary = options.vocabulary.empty() ? "" : cut_words(source, options.vocabulary);
  for (const SourceSplit& split : source.splits) {
    if (split.size() > 0 && !split.of(Modality::text) && !split.word_pieces)
      throw InputError(split.place,
                       "holds words, but neither vectors nor pieces of them: --vocab VOCAB.TXT of a BERT "
                       "makes word pieces");
  }
  const FoundScale scale = find_scale(source, options.source.scale);
  const auto file_size = static_cast<double>(file.size());
  const SourceScan scan = scan_source(
      source, [&] { options.on_progress("reading", static_cast<double>(file.digested()) / file_size); });
  std::vector<std::string> warnings;
  const auto kept = keep_frames(source, scan, options.padding, options.lengths, warnings);
  DatasetText text;
  text.label = options.label;
  text.scale = scale.scale;
  json report = make_report(file, source, scan, kept, scale, options.padding, vocabulary, warnings);
  text.report = report.dump() + std::string(kReportRoom, ' ');
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    text.ids[s] = source.splits[s].ids;
    text.transcripts[s] = source.splits[s].transcripts;
  }
  DatasetWriter writer(std::move(output), layout_of(source, kept), text);
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    SourceSplit& split = source.splits[s];
    for (std::size_t m = 0; m < kept.size(); ++m) {
      write_frames(split.sequences[m], kept[m].windows[s], writer);
      if (m == 0 && split.word_pieces) writer.write(std::span<const std::int32_t>(split.word_pieces->tokens));
      options.on_progress("writing", static_cast<double>(s * kept.size() + m + 1) / 9.0);
    }
    for (const KeptFrames& modality : kept)
      writer.write(std::span<const std::int32_t>(lengths_of(modality.windows[s])));
    writer.write(std::span<const float>(split.labels));
    for (const std::vector<float>& labels : split.unimodal_labels)
      writer.write(std::span<const float>(labels));
  }
  name_source(report, hex(file.finish_digest()));
  writer.finish(report.dump());
}

}  // namespace missmodal::trainer
