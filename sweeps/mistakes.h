#pragma once
// Everything wrong with a sweep file, collected so that all of it is told at once.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sweeps/error.h"
#include "sweeps/yaml_document.h"

namespace missmodal::sweeps {

class Mistakes {
 public:
  // `path`: the dotted key. What comes from a --set has the override as its place, which names the key
  // already.
  void add(const YamlNode& where, std::string_view path, std::string reason);
  bool has(std::string_view path) const;  // whether anything is wrong at this key
  std::size_t count() const { return entries_.size(); }
  void throw_if_any() const;  // InputError, in the order of the file's lines; overrides last

 private:
  struct Entry {
    Mistake mistake;
    int line = 0;
    std::string path;
  };
  std::vector<Entry> entries_;
};

}  // namespace missmodal::sweeps
