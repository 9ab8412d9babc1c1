#include "trainer/data/safetensors/safetensors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/pickle_bytes.h"
#include "tests/trainer/data/scratch_folder.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::expect_input_error;
using missmodal::testing::raw;
using missmodal::testing::read_bytes;
using missmodal::testing::ScratchFolder;

std::string container(std::string header, const std::string& data) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return raw(static_cast<std::uint64_t>(header.size())) + header + data;
}

void write_example(const std::filesystem::path& path) {
  SafetensorsWriter writer(OutputFile(path),
                           {{"a", DType::F32, {2, 2}}, {"b", DType::I32, {3}}, {"none", DType::F32, {0, 5}}},
                           {{"digest", "0000"}, {"text", "größe"}});
  const std::vector<float> a{1, 2, 3, 4};
  const std::vector<std::int32_t> b{7, 8, 9};
  writer.write(a.data(), 6);  // in pieces that end anywhere
  writer.write(reinterpret_cast<const char*>(a.data()) + 6, 10);
  writer.write(b.data(), 12);
  writer.replace_metadata("digest", "beef");
  writer.finish();
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  ScratchFolder folder;
  write_example(folder / "x");
  const SafetensorsFile file(folder / "x");
  EXPECT_EQ(file.tensors().size(), 3U);
  EXPECT_EQ(file.metadata("digest"), "beef");
  EXPECT_EQ(file.metadata("text"), "größe");
  const auto a = file.floats("a", 2);
  EXPECT_EQ(std::vector<float>(a.begin(), a.end()), (std::vector<float>{1, 2, 3, 4}));
  const auto b = file.ints("b", 1);
  EXPECT_EQ(std::vector<std::int32_t>(b.begin(), b.end()), (std::vector<std::int32_t>{7, 8, 9}));
  EXPECT_TRUE(file.floats("none", 2).empty());
}

TEST(Safetensors, SameCallsSameBytes) {
  ScratchFolder folder;
  write_example(folder / "x");
  write_example(folder / "y");
  EXPECT_EQ(read_bytes(folder / "x"), read_bytes(folder / "y"));
}

TEST(Safetensors, MisusedTensorsAreNamed) {
  ScratchFolder folder;
  write_example(folder / "x");
  const SafetensorsFile file(folder / "x");
  expect_input_error([&] { file.floats("c", 1); }, "x: c: there is no such tensor");
  expect_input_error([&] { file.floats("b", 1); }, "x: b: is I32, expected F32");
  expect_input_error([&] { file.floats("a", 1); }, "x: a: has 2 dimensions, expected 1");
  expect_input_error([&] { file.metadata("c"); }, "__metadata__ has no 'c'");
}

TEST(Safetensors, UnfinishedLeavesNothing) {
  ScratchFolder folder;
  {
    SafetensorsWriter writer(OutputFile(folder / "x"), {{"a", DType::F32, {100}}}, {});
    const std::vector<float> half(50);
    writer.write(half.data(), 200);
  }
  EXPECT_TRUE(folder.empty());
}

TEST(Safetensors, UnfinishedKeepsTheOldFile) {
  ScratchFolder folder;
  write_example(folder / "x");
  const std::string before = read_bytes(folder / "x");
  { SafetensorsWriter writer(OutputFile(folder / "x"), {{"a", DType::F32, {100}}}, {}); }
  EXPECT_EQ(read_bytes(folder / "x"), before);
}

TEST(Safetensors, AnOutputThatCannotBeIsTheUsersMistake) {
  ScratchFolder folder;
  expect_input_error([&] { SafetensorsWriter(OutputFile(folder / "no/such/x"), {}, {}); },
                     "cannot be written");
  expect_input_error([&] { SafetensorsWriter(OutputFile(folder / ""), {}, {}); }, "is a folder");
}

struct Damage {
  const char* what;
  std::string bytes;
  const char* reason;
};

TEST(Safetensors, EveryDamageIsRefusedByName) {
  const std::string eight(8, 'x');
  const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
  const std::vector<Damage> damages{
      {"empty", "", "too short"},
      {"seven bytes", "1234567", "too short"},
      {"header past the end", raw(std::uint64_t{1000}) + "[]", "announces a header of 1000 bytes"},
      {"header cut short",
       raw(std::uint64_t{1000}) + "{\"a\":", "is cut short within its header: has 13 of the 1008 bytes"},
      {"header of 2^63", raw(std::uint64_t{1} << 63) + "{}", "announces a header"},
      {"header of 2^64 - 1", raw(~std::uint64_t{0}) + "{}", "announces a header"},
      {"not JSON", container("{", ""), "not JSON"},
      {"invalid UTF-8", container("{\"\xff\":1}", ""), "not JSON"},
      {"no object", container("[]", ""), "not a JSON object"},
      {"deep nesting", container(std::string(100000, '['), ""), "nests deeper"},
      {"truncated", container("{" + a + "}", "xxxx"), "a: lies at bytes 0 to 8 of 4: truncated"},
      {"bytes left over", container("{" + a + "}", eight + "x"), "1 bytes after the last tensor"},
      {"a name twice", container("{" + a + "," + a + "}", eight), "names 'a' twice"},
      {"a key twice",
       container(R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", eight),
       "names 'dtype' twice"},
      {"overlap", container("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", eight),
       "b: overlaps"},
      {"gap", container(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", eight),
       "a: leaves a gap"},
      {"offsets backwards", container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", eight),
       "a: lies at bytes 8 to 0"},
      {"negative offset", container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}})", eight),
       "not two offsets"},
      {"one offset", container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}})", eight),
       "not two offsets"},
      {"bytes do not fit", container(R"({"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}})", eight),
       "a: has 8 bytes, but dtype and shape need 16"},
      {"shape overflows",
       container(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", eight),
       "past 2^63"},
      {"size past 2^63",
       container(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", eight),
       "past 2^63"},
      {"negative size", container(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", eight),
       "something else than sizes"},
      {"shape is no list", container(R"({"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}})", eight),
       "not a list"},
      {"unknown dtype", container(R"({"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}})", eight),
       "unknown dtype"},
      {"no shape", container(R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", eight), "has no 'shape'"},
      {"tensor is a number", container(R"({"a":5})", ""), "has no 'dtype'"},
      {"metadata of numbers", container(R"({"__metadata__":{"a":1}})", ""), "__metadata__.a is no string"},
      {"metadata is a list", container(R"({"__metadata__":[]})", ""), "__metadata__ is not"},
  };
  ScratchFolder folder;
  for (const Damage& damage : damages) {
    SCOPED_TRACE(damage.what);
    const auto path = folder.write("damaged.safetensors", damage.bytes);
    expect_input_error([&] { SafetensorsFile file(path); }, damage.reason);
    expect_input_error([&] { SafetensorsFile file(path); }, "damaged.safetensors: ");
  }
}

TEST(Safetensors, MetadataMayBeNothing) {
  ScratchFolder folder;
  EXPECT_TRUE(
      SafetensorsFile(folder.write("x", container(R"({"__metadata__":null})", ""))).metadata().empty());
}

TEST(Safetensors, ATensorAtAnOddAddressIsRefusedAsNumbers) {
  ScratchFolder folder;
  const auto path = folder.write("x", container(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                                R"("b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
                                                "12345"));
  const SafetensorsFile file(path);
  expect_input_error([&] { file.floats("b", 1); }, "b: does not begin at a multiple");
}

TEST(Safetensors, AMissingFileAndAFolderAreRefused) {
  ScratchFolder folder;
  expect_input_error([&] { SafetensorsFile file(folder / "absent"); }, "absent: cannot be opened");
  expect_input_error([&] { SafetensorsFile file(folder / ""); }, "is a folder, not a file");
}

}  // namespace
}  // namespace missmodal::trainer
