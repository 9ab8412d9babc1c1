#include "trainer/data/pickle/pickle_reader.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "tests/trainer/data/expect_input_error.h"
#include "tests/trainer/data/pickle_bytes.h"
#include "tests/trainer/data/scratch_folder.h"
#include "trainer/data/pickle/ndarray.h"

namespace missmodal::trainer {
namespace {

using namespace missmodal::testing;

class Pickle : public ::testing::Test {
 protected:
  PickleTree read(const std::string& bytes) {
    SourceFile file(folder_.write("x.pkl", bytes));
    return read_pickle(file);
  }
  template <typename T>
  T value(const std::string& body) {
    const PickleTree tree = read(pickle(body));
    return std::get<T>(tree.at(tree.root));
  }
  void refused(const std::string& bytes, const std::string& reason) {
    expect_input_error([&] { read(bytes); }, reason);
    expect_input_error([&] { read(bytes); }, "x.pkl: byte ");
  }
  std::vector<double> numbers(const std::string& body) {
    SourceFile file(folder_.write("x.pkl", pickle(body)));
    const PickleTree tree = read_pickle(file);
    return NdArray(file, tree, tree.root, "x").numbers();
  }
  ScratchFolder folder_;
};

TEST_F(Pickle, NumbersOfEveryForm) {
  EXPECT_EQ(value<std::int64_t>("K\xff"), 255);
  EXPECT_EQ(value<std::int64_t>(std::string("M\x01\x02", 3)), 513);
  EXPECT_EQ(value<std::int64_t>(integer(-5)), -5);
  EXPECT_EQ(value<std::int64_t>("I-12\n"), -12);
  EXPECT_EQ(value<bool>("I01\n"), true);
  EXPECT_EQ(value<std::int64_t>("L77L\n"), 77);
  EXPECT_EQ(value<std::int64_t>(std::string("\x8a\0", 2)), 0);
  EXPECT_EQ(value<std::int64_t>("\x8a\x01\xff"), -1);
  EXPECT_EQ(value<std::int64_t>("\x8a\x08" + raw(std::numeric_limits<std::int64_t>::min())),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(value<std::int64_t>("\x8b" + raw(std::uint32_t{2}) + raw(std::int16_t{-300})), -300);
  EXPECT_EQ(value<double>("F1.5e-3\n"), 1.5e-3);
  EXPECT_EQ(value<double>(real(-2.25)), -2.25);
  EXPECT_EQ(value<bool>("\x88"), true);
  EXPECT_EQ(value<bool>("\x89"), false);
}

TEST_F(Pickle, StringsOfEveryForm) {
  const auto here = [&](const std::string& body) { return value<PickleChars>(body).here; };
  EXPECT_EQ(here("S'a\\x41\\n\\\\'\n"), "aA\n\\");
  EXPECT_EQ(here("V\\u00e4\xe4\n"), "ää");
  EXPECT_EQ(here(std::string("T\x02\0\0\0ab", 7)), "ab");
  EXPECT_EQ(here("U\x02"
                 "ab"),
            "ab");
  EXPECT_EQ(here("C\x02"
                 "ab"),
            "ab");
  EXPECT_EQ(here(bytes("ab")), "ab");
  EXPECT_EQ(here("\x8e" + raw(std::uint64_t{2}) + "ab"), "ab");
  EXPECT_EQ(here("\x96" + raw(std::uint64_t{2}) + "ab"), "ab");
  EXPECT_EQ(here("\x8c\x02"
                 "ab"),
            "ab");
  EXPECT_EQ(here("\x8d" + raw(std::uint64_t{2}) + "ab"), "ab");
  EXPECT_EQ(here(text("ab")), "ab");
}

TEST_F(Pickle, ContainersAndTheMemo) {
  EXPECT_EQ(value<PickleItems>("K\x01K\x02K\x03\x87").nodes.size(), 3U);
  EXPECT_EQ(value<PickleItems>("(K\x01K\x02l").kind, PickleItems::Kind::list);
  EXPECT_EQ(value<PickleItems>("]K\x01"
                               "a")
                .nodes.size(),
            1U);
  EXPECT_EQ(value<PickleItems>("\x8f(K\x01K\x02\x90").kind, PickleItems::Kind::set);
  EXPECT_EQ(value<PickleItems>("(K\x01\x91").kind, PickleItems::Kind::set);
  EXPECT_EQ(value<PickleDict>("(K\x01K\x02"
                              "d")
                .entries.size(),
            1U);
  EXPECT_EQ(value<PickleDict>("}K\x01K\x02s").entries.size(), 1U);
  EXPECT_EQ(value<PickleItems>(")").nodes.size(), 0U);
  EXPECT_EQ(value<std::int64_t>("K\x01K\x02"
                                "0"),
            1);
  EXPECT_EQ(value<std::int64_t>("K\x01(K\x02"
                                "1"),
            1);
  const auto pair = value<PickleItems>("K\x07\x94h" + std::string(1, '\0') + "\x86");
  EXPECT_EQ(pair.nodes[0], pair.nodes[1]);
  EXPECT_EQ(value<PickleItems>("K\x07p5\ng5\n\x86").nodes.size(), 2U);
  EXPECT_EQ(value<PickleItems>("K\x07q\x05j" + raw(std::uint32_t{5}) + "\x86").nodes.size(), 2U);
  EXPECT_EQ(value<PickleItems>("K\x07r" + raw(~std::uint32_t{0}) + "j" + raw(~std::uint32_t{0}) + "\x86")
                .nodes.size(),
            2U);
}

TEST_F(Pickle, NumpyArraysDtypesAndScalars) {
  EXPECT_EQ(numbers(array("f8", {2}, raw(std::vector<double>{1, -2}))), (std::vector<double>{1, -2}));
  EXPECT_EQ(numbers(array("i2", {2}, std::string("\x00\x01\xff\xfe", 4), ">")), (std::vector<double>{1, -2}));
  EXPECT_EQ(numbers(array("b1", {2}, std::string("\x01\x00", 2), "|")), (std::vector<double>{1, 0}));
  EXPECT_EQ(numbers(array("f2", {4}, raw(std::vector<std::uint16_t>{0x3c00, 0xc000, 0x0001, 0x7bff}))),
            (std::vector<double>{1, -2, 5.960464477539063e-8, 65504}));
  EXPECT_EQ(numbers(array("u8", {1}, raw(std::uint64_t{1} << 63))),
            (std::vector<double>{9223372036854775808.0}));
  const std::string scalar = global("numpy._core.multiarray", "scalar");
  EXPECT_EQ(value<double>(scalar + tuple({dtype("f4"), bytes(raw(1.5F))}) + "R"), 1.5);
  EXPECT_EQ(value<std::int64_t>(scalar + tuple({dtype("i8"), bytes(raw(std::int64_t{-7}))}) + "R"), -7);
  const std::string frombuffer = global("numpy._core.numeric", "_frombuffer");
  EXPECT_EQ(
      numbers(frombuffer +
              tuple({"\x96" + raw(std::uint64_t{4}) + raw(2.5F), dtype("f4"), shape({1}), text("C")}) + "R"),
      (std::vector<double>{2.5}));
}

TEST_F(Pickle, BytesThatProtocol2WroteAsTextAreReadFromTheFile) {
  std::vector<double> expected;
  std::string utf8;
  for (int i = 0; i < 300000; ++i) {  // several pieces and index entries long
    const auto byte = static_cast<unsigned char>(i * 7 + i / 256);
    expected.push_back(byte);
    if (byte < 0x80) {
      utf8 += static_cast<char>(byte);
    } else {
      utf8 += {static_cast<char>(0xC0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3F))};
    }
  }
  const std::string data = global("_codecs", "encode") + tuple({text(utf8), text("latin1")}) + "R";
  const std::string body = global("numpy.core.multiarray", "_reconstruct") +
                           tuple({global("numpy", "ndarray"), tuple({integer(0)}), bytes("b")}) + "R" +
                           tuple({integer(1), shape({300000}), dtype("u1", "|"), "\x89", data}) + "b";
  SourceFile file(folder_.write("x.pkl", pickle(body, 2)));
  const PickleTree tree = read_pickle(file);
  NdArray array(file, tree, tree.root, "x");
  EXPECT_EQ(array.numbers(), expected);
  for (const std::int64_t first : {0, 1, 65535, 65536, 131071, 299990}) {
    std::vector<double> piece(10);
    array.read_rows(first, 10, piece.data());
    EXPECT_EQ(piece, std::vector<double>(expected.begin() + first, expected.begin() + first + 10)) << first;
  }
}

TEST_F(Pickle, NoOtherGlobalIsKnown) {
  for (const auto& [module, name] :
       std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                        {"posix", "system"},
                                                        {"builtins", "eval"},
                                                        {"__builtin__", "exec"},
                                                        {"subprocess", "Popen"},
                                                        {"numpy", "load"},
                                                        {"numpy.core.multiarray", "fromfile"},
                                                        {"_codecs", "decode"},
                                                        {"numpy._core", "ndarray"},
                                                        {"numpy.corex.multiarray", "scalar"}}) {
    refused(pickle(global(module, name) + tuple({text("rm -rf /")}) + "R"), "'" + module + "." + name + "'");
    refused(pickle(text(module) + text(name) + "\x93" + tuple({text("x")}) + "R"),
            "'" + module + "." + name + "'");
  }
  refused(pickle("c\x1b[31m\nx\n"), "'?[31m.x'");
  expect_input_error([&] { read(pickle("K\x01" + global("os", "system"))); }, "x.pkl: byte 4: ");
}

TEST_F(Pickle, OpcodesThatMakeObjectsAreRefusedByName) {
  refused(pickle("Pid\n"), "PERSID");
  refused(pickle("K\x01Q"), "BINPERSID");
  refused(pickle("(ios\nsystem\n"), "INST");
  refused(pickle("(" + global("numpy", "dtype") + "o"), "OBJ");
  refused(pickle(global("numpy", "ndarray") + ")\x81"), "NEWOBJ");
  refused(pickle(global("numpy", "ndarray") + ")}\x92"), "NEWOBJ_EX");
  refused(pickle("\x82\x01"), "EXT1");
  refused(pickle("\x97"), "NEXT_BUFFER");
  refused(pickle("K\x01\x98"), "READONLY_BUFFER");
  refused(pickle("\xfe"), "0xfe is not a pickle opcode");
}

TEST_F(Pickle, CallsOfAnythingElseAreRefused) {
  refused(pickle("K\x01)R"), "the file calls an integer");
  refused(pickle(global("numpy", "ndarray") + ")R"), "calls numpy.ndarray itself");
  refused(pickle(global("numpy.core.multiarray", "_reconstruct") + ")R"),
          "something else than numpy.ndarray");
  refused(pickle(global("_codecs", "encode") + tuple({text("a"), text("utf-8")}) + "R"), "only latin1");
  refused(pickle(global("_codecs", "encode") + tuple({text("€"), text("latin1")}) + "R"), "past 255");
  refused(pickle("]}b"), "sets the state of a list");
  refused(pickle(global("numpy", "dtype") + tuple({text("f8")}) + "R)b"), "state is too short");
}

TEST_F(Pickle, LengthsPastTheFileAreRefused) {
  const std::string huge = raw(std::uint64_t{1} << 63);
  for (const char* opcode : {"\x8e", "\x8d", "\x96"}) refused(pickle(opcode + huge + "ab"), "are announced");
  refused(pickle("\x95" + huge), "a frame of");
  refused(pickle("B" + raw(~std::uint32_t{0}) + "ab"), "are announced");
  refused(pickle("\x8b" + raw(std::uint32_t{0x7fffffff}) + "ab"), "an integer of 2147483647 bytes");
  refused(pickle("\x8a\x09" + std::string(9, '\x11')), "outside 64 bits");
}

TEST_F(Pickle, EveryTruncationIsRefused) {
  const std::string whole = pickle(
      dict({{"a", list({integer(1), text("b")})}, {"c", array("f8", {2}, raw(std::vector<double>{1, 2}))}}));
  read(whole);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_THROW(read(whole.substr(0, size)), InputError);
  }
}

TEST_F(Pickle, OtherProtocolsAreRefused) {
  refused("(lp0\n.", "does not begin like a pickle");
  refused(pickle("N", 1), "protocol 1");
  refused(pickle("N", 6), "protocol 6");
}

TEST_F(Pickle, StackAndMemoCannotBeLeft) {
  refused(pickle(""), "values left over or missing");
  refused(pickle("K\x01K\x02"), "values left over or missing");
  refused(pickle("(K\x01"), "values left over or missing");
  refused(pickle("0"), "takes a value that is not there");
  refused(pickle("K\x01(0"
                 "0"
                 "0"),
          "takes a value that is not there");
  refused(pickle("K\x01(\x85"), "takes a value that is not there");
  refused(pickle("t"), "mark that is not there");
  refused(pickle("h\x05"), "memo 5 was never stored");
  refused(pickle("K\x01K\x02"
                 "a"),
          "added to an integer");
  refused(pickle("}(K\x01u"), "key without a value");
  refused(pickle("K\x01p-5\n"), "negative memo index");
}

TEST_F(Pickle, DepthCostsNothing) {
  const int depth = 1'000'000;
  const PickleTree tree = read(pickle(std::string(depth, ']') + std::string(depth - 1, 'a')));
  EXPECT_EQ(tree.values.size(), static_cast<std::size_t>(depth));
}

TEST_F(Pickle, AContainerMayHoldItself) {
  const PickleTree tree = read(pickle("]\x94h" + std::string(1, '\0') + "a"));
  EXPECT_EQ(tree.get<PickleItems>(tree.root)->nodes[0], tree.root);
}

TEST_F(Pickle, SharedReferencesAreNotCopied) {
  std::string bomb = "]\x94";  // 60 levels of ten references each: 10^60 values if anyone copied
  for (int level = 0; level < 60; ++level) {
    bomb += "](";
    for (int i = 0; i < 10; ++i) bomb += std::string("h") + static_cast<char>(level);
    bomb += "e\x94";
  }
  bomb = "(" + bomb + "t";
  EXPECT_LT(read(pickle(bomb)).values.size(), 100U);
}

TEST_F(Pickle, TooManyOpcodesAreRefused) {
  refused(pickle(std::string(static_cast<std::size_t>(kMaxPickleOpcodes) + 1, '(')), "more opcodes");
}

TEST_F(Pickle, CallsThatCopyStringsAreBounded) {
  std::string bomb =
      global("_codecs", "encode") + "q\1" + tuple({text(std::string(1000, 'a')), text("latin1")}) + "q\2(";
  for (int i = 0; i < 300'000; ++i) bomb += "h\1h\2R";
  expect_input_error([&] { read(pickle(bomb)); }, "more than 256 MiB of short strings");
}

TEST_F(Pickle, ArraysThatDoNotFitTheirDataAreRefused) {
  const auto open = [&](const std::string& body, const std::string& reason) {
    SCOPED_TRACE(reason);
    SourceFile file(folder_.write("x.pkl", pickle(body)));
    const PickleTree tree = read_pickle(file);
    expect_input_error([&] { NdArray(file, tree, tree.root, "x.pkl: audio"); }, "x.pkl: audio: " + reason);
  };
  open(array("f8", {3}, std::string(16, 'x')), "has 16 bytes of data");
  open(array("f8", {0}, ""), "has the shape (0)");
  open(array("f8", {}, std::string(8, 'x')), "is an array without dimensions");
  open(array("f8", {1 << 30, 1 << 30, 1 << 30}, "x"), "has a shape past 2^63");
  open(array("f8", {1 << 30, 1 << 30, 1}, "x"), "has 1 bytes of data");
  open(array("c16", {1}, std::string(16, 'x')), "has a dtype that is not read");
  open(array("V8", {1}, std::string(8, 'x')), "has a dtype that is not read");
  open(array("f16", {1}, std::string(16, 'x')), "has a dtype that is not read");
  open(array("U99999999999999999999", {1}, "x"), "has a dtype that is not read");
  open(global("numpy.core.multiarray", "_reconstruct") + tuple({global("numpy", "ndarray")}) + "R",
       "is not an array");
  open("]", "is not an array but a list");
}

}  // namespace
}  // namespace missmodal::trainer
