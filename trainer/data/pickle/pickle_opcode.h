#pragma once
// Pickle's opcodes, protocols 0 to 5 (Python's Lib/pickletools.py).

#include <cstdint>
#include <string_view>

namespace missmodal::trainer {

enum class Opcode : std::uint8_t {
  mark = '(',
  stop = '.',
  pop = '0',
  pop_mark = '1',
  dup = '2',
  float_text = 'F',
  int_text = 'I',
  bin_int = 'J',
  bin_int1 = 'K',
  long_text = 'L',
  bin_int2 = 'M',
  none = 'N',
  persistent_id = 'P',
  bin_persistent_id = 'Q',
  reduce = 'R',
  string_text = 'S',
  bin_string = 'T',
  short_bin_string = 'U',
  unicode_text = 'V',
  bin_unicode = 'X',
  append = 'a',
  build = 'b',
  global = 'c',
  dict = 'd',
  empty_dict = '}',
  appends = 'e',
  get = 'g',
  bin_get = 'h',
  inst = 'i',
  long_bin_get = 'j',
  list = 'l',
  empty_list = ']',
  obj = 'o',
  put = 'p',
  bin_put = 'q',
  long_bin_put = 'r',
  set_item = 's',
  tuple = 't',
  empty_tuple = ')',
  set_items = 'u',
  bin_float = 'G',
  // protocol 2
  proto = 0x80,
  new_obj = 0x81,
  ext1 = 0x82,
  ext2 = 0x83,
  ext4 = 0x84,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  new_true = 0x88,
  new_false = 0x89,
  long1 = 0x8a,
  long4 = 0x8b,
  // protocol 3
  bin_bytes = 'B',
  short_bin_bytes = 'C',
  // protocol 4
  short_bin_unicode = 0x8c,
  bin_unicode8 = 0x8d,
  bin_bytes8 = 0x8e,
  empty_set = 0x8f,
  add_items = 0x90,
  frozen_set = 0x91,
  new_obj_ex = 0x92,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
  // protocol 5
  byte_array8 = 0x96,
  next_buffer = 0x97,
  readonly_buffer = 0x98,
};

// Opcodes that make objects of arbitrary classes, or need something outside the file: its name, else "".
constexpr std::string_view forbidden_name(Opcode opcode) {
  switch (opcode) {
    case Opcode::persistent_id:
      return "PERSID";
    case Opcode::bin_persistent_id:
      return "BINPERSID";
    case Opcode::inst:
      return "INST";
    case Opcode::obj:
      return "OBJ";
    case Opcode::new_obj:
      return "NEWOBJ";
    case Opcode::new_obj_ex:
      return "NEWOBJ_EX";
    case Opcode::ext1:
      return "EXT1";
    case Opcode::ext2:
      return "EXT2";
    case Opcode::ext4:
      return "EXT4";
    case Opcode::next_buffer:
      return "NEXT_BUFFER";
    case Opcode::readonly_buffer:
      return "READONLY_BUFFER";
    default:
      return "";
  }
}

}  // namespace missmodal::trainer
