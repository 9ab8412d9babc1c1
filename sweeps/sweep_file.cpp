#include "sweeps/sweep_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include "sweeps/combinations.h"
#include "sweeps/condition_reader.h"
#include "sweeps/error.h"
#include "sweeps/file_key.h"
#include "sweeps/key.h"
#include "sweeps/mistakes.h"
#include "sweeps/nearest.h"
#include "sweeps/override.h"
#include "sweeps/places.h"
#include "sweeps/presence.h"
#include "sweeps/spelling.h"
#include "sweeps/stage_reader.h"
#include "sweeps/yaml_document.h"
#include "sweeps/yaml_reading.h"

namespace missmodal::sweeps {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& file) {
  std::error_code error;
  if (!is_there(file)) throw InputError(file.string(), "no such file");
  if (fs::is_directory(file, error)) throw InputError(file.string(), "is a folder, not a sweep file");
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw InputError(file.string(), std::string("cannot be opened: ") + std::strerror(errno));
  // One byte more than allowed is enough to be refused, whatever is behind the name.
  std::string text(kMostBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  text.shrink_to_fit();
  return text;
}

// The names one part below `path`, of the keys that lie below it.
std::vector<std::string_view> names_below(std::string_view path) {
  std::vector<std::string_view> names;
  const std::string start = std::string(path) + ".";
  for (std::string_view known : file_level_paths()) {
    if (!known.starts_with(start)) continue;
    std::string_view name = known.substr(start.size());
    name = name.substr(0, name.find('.'));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

// Reads everything but the stages into the sweep.
class FileLevelReader {
 public:
  FileLevelReader(Sweep& sweep, Mistakes& mistakes) : sweep_(sweep), mistakes_(mistakes) {}

  void read_map(const YamlNode& map, const std::string& path) {
    check_duplicates(map, path, mistakes_);
    for (const auto& [key, value] : map.entries) {
      const std::string full = dotted(path, key.text);
      if (!repeats_a_key(map, path, key, value, full, mistakes_)) read_entry(key, value, full);
    }
  }

 private:
  void read_entry(const YamlNode& key, const YamlNode& value, const std::string& path) {
    if (path == "stages") return;
    if (path == "evaluation.conditions") {
      sweep_.evaluation.conditions = read_conditions(value, path, mistakes_);
    } else if (const Key* known = find_key(path)) {
      if (const auto checked = read_value(value, known->type, path, mistakes_))
        sweep_.settings.emplace(known->path, *checked);
    } else if (const FileKey* file_level = find_file_key(path)) {
      if (const auto checked = read_value(value, file_level->type, path, mistakes_))
        file_level->set(sweep_, *checked);
    } else if (!names_below(path).empty()) {
      if (check_section(value, path)) read_map(value, path);
    } else {
      mistakes_.add(key, path, unknown(path, key.text));
    }
  }

  bool check_section(const YamlNode& value, const std::string& path) {
    if (value.kind == YamlNode::Kind::map) return true;
    std::string names;
    for (std::string_view name : names_below(path)) names += (names.empty() ? "" : ", ") + std::string(name);
    mistakes_.add(value, path, "must be a mapping with keys of " + names + "; got " + shown(value.json()));
    return false;
  }

  static const FileKey* find_file_key(std::string_view path) {
    for (const FileKey& key : file_keys()) {
      if (key.path == path) return &key;
    }
    return nullptr;
  }

  static std::string unknown(const std::string& path, const std::string& last) {
    std::vector<std::string_view> known(file_level_paths().begin(), file_level_paths().end());
    for (std::string_view word : {"dataset", "model", "model.text", "loss", "training", "evaluation",
                                  "evaluation.zero_at", "resources", "stages"}) {
      known.push_back(word);
    }
    const bool by_path = !nearest(path, known).empty();
    return unknown_key(by_path ? path : last, known);
  }

  Sweep& sweep_;
  Mistakes& mistakes_;
};

void check_required(const YamlNode& root, Mistakes& mistakes) {
  for (const FileKey& key : file_keys()) {
    if (!key.required) continue;
    const YamlNode* node = &root;
    std::string_view rest = key.path;
    for (; node != nullptr && !rest.empty();
         rest.remove_prefix(std::min(rest.find('.'), rest.size() - 1) + 1)) {
      node = node->find(rest.substr(0, rest.find('.')));
    }
    if (node == nullptr) mistakes.add(root, key.path, "is missing");
  }
  if (root.find("stages") == nullptr) mistakes.add(root, "stages", "is missing");
}

}  // namespace

Configuration configured(const Sweep& sweep, const Settings& settings) {
  const auto changes = [&](const char* path) {
    const auto found = settings.find(path);
    return found != settings.end() && found->second != find_key(path)->get(sweep.base);
  };
  if (!changes("model.name") && !changes("model.defaults")) {
    Configuration configuration = sweep.base;
    apply(configuration, settings);
    return configuration;
  }
  Settings all = sweep.settings;
  for (const auto& [key, value] : settings) all[key] = value;
  return configured(all);
}

Sweep read_sweep(const fs::path& file, const std::vector<std::string>& overrides) {
  return parse_sweep(read_text(file), file.string(), overrides);
}

Sweep parse_sweep(std::string text, const std::string& name, const std::vector<std::string>& overrides) {
  Sweep sweep;
  sweep.text = std::move(text);
  sweep.overrides = overrides;
  YamlNode root = parse_yaml(sweep.text, name);
  if (root.is_null()) throw InputError(name, "is empty");
  if (root.kind != YamlNode::Kind::map) {
    throw InputError(root.place,
                     "must be a mapping of keys such as name, dataset, stages; got " + shown(root.json()));
  }
  Mistakes mistakes;
  apply_overrides(root, overrides, mistakes);
  check_required(root, mistakes);
  FileLevelReader(sweep, mistakes).read_map(root, "");
  sweep.base = configured(sweep.settings);
  std::vector<ReadStage> stages;
  if (const YamlNode* node = root.find("stages"))
    stages = read_stages(*node, sweep.evaluation.conditions, mistakes);
  check_combinations(sweep, root, stages, mistakes);
  mistakes.throw_if_any();
  for (ReadStage& read : stages) sweep.stages.push_back(std::move(read.stage));
  sweep.places = places_of(root);
  return sweep;
}

}  // namespace missmodal::sweeps
