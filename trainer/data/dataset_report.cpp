#include "trainer/data/dataset_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sweeps/error.h"
#include "sweeps/subset.h"

namespace missmodal::trainer {
namespace {

using nlohmann::json;

json report_lengths(std::span<const std::int32_t> lengths) {
  MISSMODAL_CHECK(!lengths.empty());
  const std::int64_t total = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  const auto [shortest, longest] = std::minmax_element(lengths.begin(), lengths.end());
  return {{"min", *shortest},
          {"mean", static_cast<double>(total) / static_cast<double>(lengths.size())},
          {"max", *longest},
          {"total", total}};
}

// [{"frames": "4-7", "utterances": 12}, ...]
json report_histogram(const std::map<std::int64_t, std::int64_t>& outside) {
  json bins = json::array();
  for (const auto& [from, utterances] : outside) {
    const std::string frames = from == 1 ? "1" : fmt::format("{}-{}", from, 2 * from - 1);
    bins.push_back({{"frames", frames}, {"utterances", utterances}});
  }
  return bins;
}

std::string histogram_text(const json& bins) {
  std::string text;
  for (const json& bin : bins) {
    text += fmt::format("{}{} frames: {}", text.empty() ? "" : ", ", bin["frames"].get<std::string>(),
                        bin["utterances"].get<std::int64_t>());
  }
  return text;
}

}  // namespace

Census count_labels(std::span<const float> labels) {
  Census census;
  for (const float label : labels)
    ++(label < 0 ? census.negative : label > 0 ? census.positive : census.zero);
  return census;
}

json report_split(std::span<const float> labels,
                  const std::array<std::span<const std::int32_t>, 3>& lengths) {
  json by_modality;
  for (const Modality modality : kModalities) {
    by_modality[std::string(name(modality))] = report_lengths(lengths[static_cast<unsigned>(modality)]);
  }
  json report = {{"utterances", lengths[0].size()}, {"lengths", by_modality}};
  if (!labels.empty()) {
    const Census census = count_labels(labels);
    report["census"] = {{"negative", census.negative}, {"zero", census.zero}, {"positive", census.positive}};
  }
  return report;
}

json report_padding(std::string_view modality, std::string_view lengths_from, const PaddingCensus& padding,
                    std::vector<std::string>& warnings) {
  const json histogram = report_histogram(padding.outside);
  if (padding.left) {
    warnings.push_back(fmt::format("{}: padded on the left; {} utterances were shifted to the front",
                                   modality, padding.shifted));
  }
  if (padding.recomputed > 0) {
    warnings.push_back(
        fmt::format("{}: {} lengths contradict non-zero frames outside them and were recomputed ({})",
                    modality, padding.recomputed, histogram_text(histogram)));
  }
  if (padding.cut > 0) {
    warnings.push_back(fmt::format("{}: non-zero frames past the length of {} utterances were dropped",
                                   modality, padding.cut));
  }
  if (padding.zero_length > 0) {
    warnings.push_back(
        fmt::format("{}: {} utterances of length 0 got length 1", modality, padding.zero_length));
  }
  if (padding.over_length > 0) {
    warnings.push_back(fmt::format("{}: {} lengths past the end of the tensor were cut to it", modality,
                                   padding.over_length));
  }
  return {{"side", padding.left ? "left" : "right"},
          {"lengths_from", lengths_from},
          {"shifted", padding.shifted},
          {"recomputed", padding.recomputed},
          {"cut", padding.cut},
          {"zero_length", padding.zero_length},
          {"over_length", padding.over_length},
          {"outside", histogram}};
}

std::string_view known_dataset(std::string_view source_sha256) {
  struct Known {
    std::string_view sha256;
    std::string_view name;
  };
  constexpr Known kKnown[] = {
      {"78e0f8b5ef8ff71558e7307848fc1fa929ecb078203f565ab22b9daab2e02524", "MOSI unaligned"},
      {"d3994fd25681f9c7ad6e9c6596a6fe9b4beb85ff7d478ba978b124139002e5f9", "MOSI aligned"},
      {"ad8b23d50557045e7d47959ce6c5b955d8d983f2979c7d9b7b9226f6dd6fec1f", "MOSEI unaligned"},
      {"45eccfb748a87c80ecab9bfac29582e7b1466bf6605ff29d3b338a75120bf791", "MOSEI aligned"},
  };
  for (const Known& known : kKnown) {
    if (known.sha256 == source_sha256) return known.name;
  }
  return "";
}

}  // namespace missmodal::trainer
