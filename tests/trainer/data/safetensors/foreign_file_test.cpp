#include "trainer/data/safetensors/foreign_file.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <utility>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/safetensors/safetensors.h"

namespace missmodal::trainer {
namespace {

using missmodal::testing::expect_input_error;
using missmodal::testing::ScratchFolder;
using std::string_literals::operator""s;

TEST(ForeignFile, IsCalledWhatItIs) {
  ScratchFolder folder;
  const std::string behind(100, '\1');
  for (const auto& [start, reason] : {
           std::pair{"\x80\x02}q\0("s, "is a pickle, not a safetensors file; `missmodal data import`"s},
           std::pair{"\x80\x04\x95\xe8\0\0\0\0\0\0\0"s, "is a pickle, not a safetensors file"s},
           std::pair{"PK\x03\x04\x14\0\0\0"s, "is a zip archive"s},
           std::pair{"\x89HDF\r\n\x1a\n"s, "is an HDF5 file"s},
           std::pair{"\x93NUMPY\x01\0"s, "is an array of numpy.save"s},
           std::pair{"\x1f\x8b\x08\0\0\0\0\0"s, "is compressed (gzip)"s},
           std::pair{"SQLite format 3\0"s, "is a SQLite database"s},
       }) {
    expect_input_error([&] { SafetensorsFile(folder.write("x", start + behind)); }, "x: " + reason);
  }
  expect_input_error(
      [&] {
        SafetensorsFile(
            folder.write("x", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4404\n"));
      },
      "x: is a pointer of Git LFS");
  for (const char* text :
       {"id,label\n", "video_id,clip_id,text,label\nabc,1,hello there,0.4\n", "größe: 3\n"}) {
    expect_input_error([&] { SafetensorsFile(folder.write("x", text)); }, "x: is a text file");
  }
  expect_input_error([&] { SafetensorsFile(folder.write("x", "")); },
                     "x: is too short for a safetensors file");
  expect_input_error([&] { SafetensorsFile(folder.write("x", behind)); }, "x: announces a header of ");
  expect_input_error([&] { SafetensorsFile(folder / "."); }, "is a folder, not a file");
}

TEST(ForeignFile, IsNoFileThatBeginsLikeSafetensors) {
  const std::string start = "\x40\0\0\0\0\0\0\0{\"a\":"s;
  EXPECT_EQ(foreign_file(std::as_bytes(std::span(start))), "");
  EXPECT_EQ(foreign_file({}), "");
}

}  // namespace
}  // namespace missmodal::trainer
