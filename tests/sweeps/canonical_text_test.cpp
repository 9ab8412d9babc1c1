#include "sweeps/canonical_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

TEST(CanonicalText, SpellsNumbersLikePythonsRepr) {
  // Left as C++ reads it, right as Python 3's repr writes it.
  for (const auto& [number, text] :
       std::vector<std::pair<double, const char*>>{{1.532204e-07, "1.532204e-07"},
                                                   {0.0005, "0.0005"},
                                                   {1e-8, "1e-08"},
                                                   {5e-5, "5e-05"},
                                                   {0.0001, "0.0001"},
                                                   {0.00001, "1e-05"},
                                                   {0.00012345, "0.00012345"},
                                                   {1.0, "1.0"},
                                                   {0.0, "0.0"},
                                                   {-0.0, "-0.0"},
                                                   {-2.5, "-2.5"},
                                                   {0.1, "0.1"},
                                                   {0.1 + 0.2, "0.30000000000000004"},
                                                   {1.0 / 3, "0.3333333333333333"},
                                                   {100.0, "100.0"},
                                                   {123456.789, "123456.789"},
                                                   {1e15, "1000000000000000.0"},
                                                   {1e16, "1e+16"},
                                                   {1.5e16, "1.5e+16"},
                                                   {123456789012345680.0, "1.2345678901234568e+17"},
                                                   {9007199254740993.0, "9007199254740992.0"},
                                                   {1e22, "1e+22"},
                                                   {1e23, "1e+23"},
                                                   {1e100, "1e+100"},
                                                   {2e-200, "2e-200"},
                                                   {5e-324, "5e-324"},
                                                   {2.2250738585072014e-308, "2.2250738585072014e-308"},
                                                   {1.7976931348623157e308, "1.7976931348623157e+308"}}) {
    EXPECT_EQ(canonical_text(number), text);
  }
}

TEST(CanonicalText, SortsNamesAndLeavesNoSpaces) {
  const json value = json::parse(
      R"({"b": [1, 1.0, -7, true, null, []], "a": {"z": "x y", "B": {}}, "é": 9007199254740991})");
  EXPECT_EQ(canonical_text(value),
            R"({"a":{"B":{},"z":"x y"},"b":[1,1.0,-7,true,null,[]],"é":9007199254740991})");
  EXPECT_EQ(canonical_text("\"\\/\b\f\n\r\t\x01\x7f\u2028"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f\u2028\"");
  EXPECT_THROW(canonical_text("\xff"), json::type_error);
}

std::vector<double> random_numbers() {
  std::mt19937_64 bits(1);
  std::vector<double> numbers;
  while (numbers.size() < 5000) {
    const double any = std::bit_cast<double>(bits());
    if (std::isfinite(any)) numbers.push_back(any);
    // What sweeps hold: few digits, and what a range draws.
    const double unit = static_cast<double>(bits() >> 11U) * 0x1p-53;
    numbers.push_back(unit);
    numbers.push_back(std::pow(10.0, 40 * unit - 20));
    numbers.push_back(static_cast<double>(bits() % 10000000) *
                      std::pow(10.0, -static_cast<int>(bits() % 14)));
    numbers.push_back(static_cast<double>(bits() >> (bits() % 64)));
  }
  return numbers;
}

TEST(CanonicalText, ReadsBackAsTheSameNumber) {
  for (const double number : random_numbers()) {
    const std::string text = canonical_text(number);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)),
              std::bit_cast<std::uint64_t>(number))
        << text;
    EXPECT_TRUE(json::parse(text).is_number_float()) << text;
  }
}

TEST(CanonicalText, IsWhatPythonWrites) {
  if (std::system("python3 -c '' >/dev/null 2>&1") != 0) GTEST_SKIP() << "no python3 here";
  const auto path = std::filesystem::temp_directory_path() /
                    ("canonical_text_" + std::to_string(std::random_device()()) + ".txt");
  {
    std::ofstream file(path);
    for (const double number : random_numbers()) {
      const json object = {{"ö\n\x7f", "é\"\\\x1f"},
                           {"bits", std::bit_cast<std::uint64_t>(number)},
                           {"number", number},
                           {"list", {number, -number, 1, "x"}}};
      file << canonical_text(object) << '\n';
    }
  }
  const std::string program =
      "import json, struct, sys\n"
      "for line in open(sys.argv[1], encoding='utf-8', newline='\\n'):\n"
      "    value = json.loads(line)\n"
      "    exact, = struct.unpack('<d', struct.pack('<Q', value['bits']))\n"
      "    assert repr(value['number']) == repr(exact), line\n"
      "    same = json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False) + '\\n'\n"
      "    assert same == line, (same, line)\n";
  const std::string command = "python3 -c \"" + program + "\" " + path.string();
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace missmodal::sweeps
