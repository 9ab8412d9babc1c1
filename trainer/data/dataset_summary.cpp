#include "trainer/data/dataset_summary.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "sweeps/subset.h"
#include "trainer/data/character.h"
#include "trainer/data/dataset_layout.h"
#include "trainer/data/dataset_report.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;

// The entry under a path of keys; null where a report of another make has none.
json entry(const json& object, std::initializer_list<const char*> keys) {
  json at = object;
  for (const char* key : keys) {
    if (!at.is_object() || !at.contains(key)) return nullptr;
    at = json(at[key]);
  }
  return at;
}

std::string source_text(const json& report) {
  const json sha256 = entry(report, {"source", "sha256"});
  if (!sha256.is_string()) return "";
  const json known = entry(report, {"source", "known_as"});
  const std::string name =
      known.is_string() && known != "" ? known.get<std::string>() : "not a file known by its digest";
  return fmt::format("source sha256    {} ({})\n", sha256.get<std::string>(), name);
}

}  // namespace

bool is_dataset(const SafetensorsFile& file) {
  return file.metadata().contains("format_version") && file.metadata().contains("content_sha256");
}

json summary_json(const Dataset& dataset) {
  json summary = {{"content_sha256", dataset.content_sha256()}, {"label", dataset.label()},
                  {"synthetic", dataset.synthetic()},           {"scale", sweeps::name(dataset.scale())},
                  {"word_pieces", dataset.has_word_pieces()},   {"report", json::parse(dataset.report())}};
  for (const Modality modality : kModalities) {
    summary["widths"][std::string(name(modality))] = dataset.width(modality);
  }
  for (const sweeps::SplitName split_name : kSplits) {
    if (!dataset.has(split_name)) continue;
    const Split& split = dataset.split(split_name);
    summary["splits"][std::string(sweeps::name(split_name))] = report_split(
        split.labels, {split.sequences[0].lengths, split.sequences[1].lengths, split.sequences[2].lengths});
  }
  return summary;
}

std::string summary_text(const std::filesystem::path& path, const Dataset& dataset) {
  const json summary = summary_json(dataset);
  std::string text = fmt::format("{}{}\n", path.string(), dataset.synthetic() ? "  (synthetic)" : "");
  if (!dataset.label().empty()) text += fmt::format("label            {}\n", dataset.label());
  text += fmt::format("content sha256   {}\n{}", dataset.content_sha256(), source_text(summary["report"]));
  text += fmt::format("widths           text {}, audio {}, vision {}\n", dataset.width(Modality::text),
                      dataset.width(Modality::audio), dataset.width(Modality::vision));
  if (dataset.scale() != sweeps::LabelScale::three)
    text += fmt::format("labels           in [-{0}, {0}]\n", sweeps::name(dataset.scale()));
  if (!dataset.has_word_pieces()) text += "word pieces      none\n";
  text += fmt::format("\n{:<6} {:>10} {:>9} {:>6} {:>9}   {:<21} {:<21} {:<21}\n", "split", "utterances",
                      "negative", "zero", "positive", "text length", "audio length", "vision length");
  for (const sweeps::SplitName split_name : kSplits) {
    if (!dataset.has(split_name)) continue;
    const json& split = summary["splits"][std::string(sweeps::name(split_name))];
    const auto census = [&](const char* key) {
      return split.contains("census") ? split["census"][key].dump() : "-";
    };
    text += fmt::format("{:<6} {:>10} {:>9} {:>6} {:>9}  ", sweeps::name(split_name),
                        split["utterances"].get<std::int64_t>(), census("negative"), census("zero"),
                        census("positive"));
    for (const Modality modality : kModalities) {
      const json& lengths = split["lengths"][std::string(name(modality))];
      text += fmt::format(" {:<21}",
                          fmt::format("{} to {}, mean {:.1f}", lengths["min"].get<std::int64_t>(),
                                      lengths["max"].get<std::int64_t>(), lengths["mean"].get<double>()));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  for (const std::string& warning : warnings_of(dataset)) text += fmt::format("warning: {}\n", warning);
  return text;
}

std::vector<std::string> warnings_of(const Dataset& dataset) {
  std::vector<std::string> warnings;
  for (const json& warning : entry(json::parse(dataset.report()), {"warnings"})) {
    if (warning.is_string()) warnings.push_back(warning.get<std::string>());
  }
  return warnings;
}

json contents_json(const SafetensorsFile& file) {
  json tensors = json::array();
  for (const auto& [tensor_name, view] : file.tensors()) {
    tensors.push_back({{"name", tensor_name}, {"dtype", name(view.dtype)}, {"shape", view.shape}});
  }
  return {{"tensors", tensors}, {"metadata", file.metadata()}};
}

std::string contents_text(const SafetensorsFile& file) {
  constexpr std::size_t kLongestValue = 200;
  std::string text = file.path().string() + "\n";
  for (const auto& [key, value] : file.metadata()) {
    const bool cut = value.size() > kLongestValue;
    text += fmt::format("{}: {}{}\n", printable(key), cut ? printable(value) : value,
                        cut ? fmt::format(" ({} bytes)", value.size()) : "");
  }
  std::int64_t elements = 0;
  for (const auto& [tensor_name, view] : file.tensors()) {
    text += fmt::format("{:<6} ({})  {}\n", name(view.dtype), fmt::join(view.shape, ", "),
                        printable(tensor_name));
    elements += view.elements();
  }
  return text + fmt::format("{} tensors, {} numbers\n", file.tensors().size(), elements);
}

}  // namespace missmodal::trainer
