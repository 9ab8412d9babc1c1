// libFuzzer's way into the readers of texts that people bring: sweep files, indexes of weights, vocabularies
// and what they encode. The first byte says which. scripts/fuzz builds and runs it; the tests beside each
// reader do the like for moments, without clang.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sweeps/error.h"
#include "sweeps/sweep_file.h"
#include "sweeps/weight_files.h"
#include "trainer/data/wordpiece/vocabulary.h"

namespace {

using missmodal::trainer::Vocabulary;

void require(bool law) {
  if (!law) std::abort();
}

// Up to the first line that is empty a vocabulary, then a text for it.
void read_vocabulary(std::string_view bytes) {
  const std::size_t end = bytes.find("\n\n");
  const auto vocabulary = Vocabulary::parse(bytes.substr(0, end), "vocab.txt");
  const auto most = static_cast<std::int32_t>(vocabulary.pieces().size());
  if (end == std::string_view::npos) return;
  for (const std::int32_t id : vocabulary.encode(bytes.substr(end))) require(id >= 0 && id < most);
}

void read_index(std::string_view bytes) {
  for (const std::string& name : missmodal::sweeps::parse_weight_index(bytes, "index").names) {
    require(name.find('/') == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0] % 3) {
      case 0:
        missmodal::sweeps::parse_sweep(std::string(bytes), "s.yaml", {});
        break;
      case 1:
        read_index(bytes);
        break;
      default:
        read_vocabulary(bytes);
    }
  } catch (const missmodal::InputError& error) {
    require(!error.mistakes().front().place.empty());
  }
  return 0;
}
