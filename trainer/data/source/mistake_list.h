#pragma once
// Everything wrong with a source file, so that all of it is told at once.

#include <string>
#include <vector>

#include "sweeps/error.h"

namespace missmodal::trainer {

class MistakeList {
 public:
  // Runs `read` and keeps what it refuses; true: nothing.
  template <typename Read>
  bool look(Read read) {
    try {
      read();
      return true;
    } catch (const InputError& error) {
      for (const Mistake& mistake : error.mistakes()) add(mistake.place, mistake.reason);
      return false;
    }
  }
  void add(std::string place, std::string reason);
  // InputError; of one mistake in several splits the first, with the number of others.
  void throw_if_any() const;

 private:
  struct Entry {
    Mistake mistake;
    int more = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace missmodal::trainer
