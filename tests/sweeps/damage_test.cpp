// Every byte of a good sweep file, damaged in several ways, and every start of it: read or refused with its
// place, and nothing else is thrown.

#include <gtest/gtest.h>

#include <string>

#include "sweeps/error.h"
#include "sweeps/sweep_file.h"

namespace missmodal::sweeps {
namespace {

const std::string kGood =
    "name: small\n"
    "dataset: {path: \"daten/gr\\u00f6\\xdfe.st\"}  # größe 多\n"
    "model: {text: {encoder: sequence}, hidden: 8}\n"
    "training: &t {max_epochs: 2, learning_rate: 5.0e-4}\n"
    "stages:\n"
    "  - name: search\n"
    "    method: {type: random, trials: 2}\n"
    "    parameters: {loss.alpha: [0.3, 0.5], training.learning_rate: {min: 1e-4, max: 1e-2, log: true}}\n"
    "    select: {metric: mae}\n"
    "  - name: 'final'\n"
    "    seeds: &s [1, 2]\n"
    "    variants:\n"
    "      a: &v {training.max_epochs: 1}\n"
    "      b: {<<: *v, loss.terms: [task]}\n"
    "      c: {<<: [*v, {model.dropout: 0.5}]}\n";

class SweepDamage : public ::testing::Test {
 protected:
  void look(const std::string& text) {
    try {
      parse_sweep(text, "s.yaml", {});
      ++read_;
    } catch (const InputError& error) {
      for (const Mistake& mistake : error.mistakes()) {
        EXPECT_EQ(mistake.place.rfind("s.yaml", 0), 0U) << mistake.place;
        EXPECT_FALSE(mistake.reason.empty());
      }
      ++refused_;
    }
  }
  int read_ = 0;
  int refused_ = 0;
};

TEST_F(SweepDamage, IsReadOrRefused) {
  look(kGood);
  ASSERT_EQ(read_, 1);
  for (std::size_t i = 0; i < kGood.size(); ++i) {
    if (i % 2 == 0) look(kGood.substr(0, i));
    for (const unsigned mask : {0x01U, 0x10U, 0xFFU}) {
      std::string damaged = kGood;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ mask);
      look(damaged);
    }
  }
  EXPECT_GT(read_, 100);
  EXPECT_GT(refused_, 500);
}

}  // namespace
}  // namespace missmodal::sweeps
