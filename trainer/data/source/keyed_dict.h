#pragma once
// A dict of a source file, asked for keys by the names that its layout gives them.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/data/pickle/pickle_value.h"

namespace missmodal::trainer {

class KeyedDict {
 public:
  // `names`: the layout's name -> the file's, where they differ. Tree, dict and names must outlive this.
  KeyedDict(const PickleTree& tree, const PickleDict& dict, const std::map<std::string, std::string>& names,
            std::string place)
      : tree_(tree), dict_(dict), names_(names), place_(std::move(place)) {}

  const std::string& place() const { return place_; }                             // "mosi.pkl: train"
  std::string place(std::string_view key) const;                                  // "mosi.pkl: train.audio"
  const PickleNode* find(std::string_view key) const;                             // null: not there
  PickleNode required(std::string_view key, std::string_view advice = "") const;  // InputError with missing()
  // "has no 'vision' but audio, id, text, video: --key vision=video takes that one". `noun`: what keys are
  // here.
  std::string missing(std::string_view key, std::string_view advice = "", std::string_view noun = "") const;

 private:
  std::string_view name_of(std::string_view key) const;
  std::vector<std::string> keys() const;

  const PickleTree& tree_;
  const PickleDict& dict_;
  const std::map<std::string, std::string>& names_;
  std::string place_;
};

}  // namespace missmodal::trainer
