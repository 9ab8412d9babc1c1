#pragma once
// A synthetic dataset and the folder of a text encoder, both of moments.

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/synth/synth.h"

namespace missmodal::worker::testing {

inline void write_tiny_dataset(const std::filesystem::path& path, std::int64_t seed = 1) {
  trainer::SynthOptions options;
  options.train = 12;
  options.valid = 6;
  options.test = 6;
  options.seed = seed;
  options.text_width = options.audio_width = options.vision_width = 3;
  options.max_length = options.audio_steps = options.vision_steps = 6;
  options.vocabulary = 256;
  trainer::write_synthetic(path, options);
}

// Of a BERT that reads the dataset's tokens.
inline void write_tiny_encoder(const std::filesystem::path& folder, int layers = 1) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.json")
      << R"({"vocab_size": 256, "hidden_size": 4, "num_hidden_layers": )" << layers
      << R"(, "num_attention_heads": 2, "intermediate_size": 4, "max_position_embeddings": 8, "type_vocab_size": 2,
            "hidden_act": "gelu"})";
}

// As a later write leaves it; two writes within one tick of the kernel's clock look alike.
inline void make_newer(const std::filesystem::path& path) {
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(5));
}

}  // namespace missmodal::worker::testing
