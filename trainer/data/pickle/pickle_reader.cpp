#include "trainer/data/pickle/pickle_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trainer/data/pickle/pickle_cursor.h"
#include "trainer/data/pickle/pickle_literal.h"
#include "trainer/data/pickle/pickle_numpy.h"
#include "trainer/data/pickle/pickle_opcode.h"

namespace missmodal::trainer {
namespace {

class Machine {
 public:
  explicit Machine(SourceFile& file) : cursor_(file) {}

  PickleTree run() {
    read_protocol();
    std::int64_t opcodes = 0;
    while (!stopped_) {
      if (++opcodes > kMaxPickleOpcodes) cursor_.fail("more opcodes than any dataset needs: a hostile file");
      opcode_at_ = cursor_.position();
      try {
        step(static_cast<Opcode>(cursor_.byte()));
      } catch (const PickleMistake& mistake) {
        fail_here(mistake.reason);
      }
    }
    return std::move(tree_);
  }

 private:
  void read_protocol() {
    if (cursor_.remaining() == 0) cursor_.fail("the file is empty");
    if (static_cast<Opcode>(cursor_.byte()) != Opcode::proto) {
      fail_at_start("does not begin like a pickle of protocol 2 or later");
    }
    const std::uint8_t protocol = cursor_.byte();
    if (protocol < 2 || protocol > 5)
      fail_at_start(fmt::format("pickle protocol {} is not 2 to 5", protocol));
  }

  void step(Opcode opcode) {
    switch (opcode) {
      case Opcode::proto:
        cursor_.byte();
        break;
      case Opcode::frame:
        check_frame();
        break;
      case Opcode::stop:
        stop();
        break;
      case Opcode::mark:
        marks_.push_back(stack_.size());
        break;
      case Opcode::pop:
        pop_or_mark();
        break;
      case Opcode::pop_mark:
        take_marked();
        break;
      case Opcode::dup:
        stack_.push_back(top());
        break;

      case Opcode::none:
        push(PickleNone{});
        break;
      case Opcode::new_true:
        push(true);
        break;
      case Opcode::new_false:
        push(false);
        break;
      case Opcode::int_text:
        push_int_text();
        break;
      case Opcode::long_text:
        push(required(parse_integer_literal(cursor_.line()), "an integer"));
        break;
      case Opcode::float_text:
        push(required(parse_float_literal(cursor_.line()), "a number"));
        break;
      case Opcode::bin_int:
        push(std::int64_t{static_cast<std::int32_t>(cursor_.little_endian(4))});
        break;
      case Opcode::bin_int1:
        push(static_cast<std::int64_t>(cursor_.little_endian(1)));
        break;
      case Opcode::bin_int2:
        push(static_cast<std::int64_t>(cursor_.little_endian(2)));
        break;
      case Opcode::bin_float:
        push(std::bit_cast<double>(cursor_.big_endian(8)));
        break;
      case Opcode::long1:
        push(long_integer(cursor_.little_endian(1)));
        break;
      case Opcode::long4:
        push(long_integer(cursor_.little_endian(4)));
        break;

      case Opcode::string_text:
        push_text(parse_string_literal(cursor_.line()), false);
        break;
      case Opcode::unicode_text:
        push_text(parse_unicode_literal(cursor_.line()), true);
        break;
      case Opcode::short_bin_string:
      case Opcode::short_bin_bytes:
        push_chars(1, false);
        break;
      case Opcode::bin_string:
      case Opcode::bin_bytes:
        push_chars(4, false);
        break;
      case Opcode::bin_bytes8:
      case Opcode::byte_array8:
        push_chars(8, false);
        break;
      case Opcode::short_bin_unicode:
        push_chars(1, true);
        break;
      case Opcode::bin_unicode:
        push_chars(4, true);
        break;
      case Opcode::bin_unicode8:
        push_chars(8, true);
        break;

      case Opcode::empty_list:
        push(PickleItems{PickleItems::Kind::list, {}});
        break;
      case Opcode::empty_tuple:
        push(PickleItems{PickleItems::Kind::tuple, {}});
        break;
      case Opcode::empty_set:
        push(PickleItems{PickleItems::Kind::set, {}});
        break;
      case Opcode::empty_dict:
        push(PickleDict{});
        break;
      case Opcode::list:
        push(PickleItems{PickleItems::Kind::list, take_marked()});
        break;
      case Opcode::tuple:
        push(PickleItems{PickleItems::Kind::tuple, take_marked()});
        break;
      case Opcode::frozen_set:
        push(PickleItems{PickleItems::Kind::set, take_marked()});
        break;
      case Opcode::tuple1:
        push_tuple(1);
        break;
      case Opcode::tuple2:
        push_tuple(2);
        break;
      case Opcode::tuple3:
        push_tuple(3);
        break;
      case Opcode::dict: {
        std::vector<PickleNode> items = take_marked();
        push(PickleDict{});
        set_items(items);
        break;
      }
      case Opcode::append:
        append({pop()}, PickleItems::Kind::list);
        break;
      case Opcode::appends:
        append(take_marked(), PickleItems::Kind::list);
        break;
      case Opcode::add_items:
        append(take_marked(), PickleItems::Kind::set);
        break;
      case Opcode::set_item: {
        const PickleNode value = pop();
        const PickleNode key = pop();
        set_items({key, value});
        break;
      }
      case Opcode::set_items:
        set_items(take_marked());
        break;

      case Opcode::put:
        put(memo_index());
        break;
      case Opcode::bin_put:
        put(cursor_.little_endian(1));
        break;
      case Opcode::long_bin_put:
        put(cursor_.little_endian(4));
        break;
      case Opcode::memoize:
        put(memo_.size());
        break;
      case Opcode::get:
        get(memo_index());
        break;
      case Opcode::bin_get:
        get(cursor_.little_endian(1));
        break;
      case Opcode::long_bin_get:
        get(cursor_.little_endian(4));
        break;

      case Opcode::global: {
        const std::string module = cursor_.line();
        push(find_global(module, cursor_.line()));
        break;
      }
      case Opcode::stack_global: {
        const PickleNode name = pop();
        const PickleNode module = pop();
        push(find_global(global_name(module), global_name(name)));
        break;
      }
      case Opcode::reduce: {
        const PickleNode arguments = pop();
        const PickleNode function = pop();
        push(call_global(tree_, function, arguments));
        break;
      }
      case Opcode::build: {
        const PickleNode state = pop();
        set_state(tree_, top(), state);
        break;
      }
      default:
        refuse(opcode);
    }
  }

  [[noreturn]] void fail_here(const std::string& reason) { cursor_.fail_at(opcode_at_, reason); }
  [[noreturn]] void fail_at_start(const std::string& reason) { cursor_.fail_at(0, reason); }

  [[noreturn]] void refuse(Opcode opcode) {
    const std::string_view name = forbidden_name(opcode);
    if (name.empty())
      fail_here(fmt::format("0x{:02x} is not a pickle opcode", static_cast<unsigned>(opcode)));
    fail_here(fmt::format("the opcode {} is refused: no dataset of plain arrays needs it", name));
  }

  template <typename T>
  T required(std::optional<T> value, std::string_view what) {
    if (!value) fail_here(fmt::format("malformed text of {}", what));
    return std::move(*value);
  }

  // --- the stack: nothing below the latest mark may be taken
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleNode top() {
    if (stack_.size() <= floor()) fail_here("an opcode takes a value that is not there");
    return stack_.back();
  }
  PickleNode pop() {
    const PickleNode node = top();
    stack_.pop_back();
    return node;
  }
  void pop_or_mark() {
    if (stack_.size() > floor() || marks_.empty()) {
      pop();
    } else {
      marks_.pop_back();
    }
  }
  std::vector<PickleNode> take_marked() {
    if (marks_.empty()) fail_here("an opcode looks for a mark that is not there");
    const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleNode> nodes(from, stack_.end());
    stack_.erase(from, stack_.end());
    marks_.pop_back();
    return nodes;
  }
  void push(PickleValue value) {
    if (const auto* chars = std::get_if<PickleChars>(&value)) count_string(chars->here.size());
    tree_.values.push_back(std::move(value));
    stack_.push_back(static_cast<PickleNode>(tree_.values.size() - 1));
  }

  // Calls may make new strings of old ones, so their number is no bound for their size.
  void count_string(std::size_t size) {
    constexpr std::uint64_t kMost = 256 << 20;
    string_bytes_ += size;
    if (string_bytes_ > kMost) fail_here("more than 256 MiB of short strings: a hostile file");
  }

  // --- values
  void push_chars(int length_bytes, bool is_text) {
    PickleChars chars = cursor_.chars(cursor_.little_endian(length_bytes));
    chars.is_text = is_text;
    push(std::move(chars));
  }
  void push_text(std::optional<std::string> text, bool is_text) {
    PickleChars chars;
    chars.is_text = is_text;
    chars.here = required(std::move(text), "a string");
    push(std::move(chars));
  }
  // Protocol 0 wrote True and False as I01 and I00.
  void push_int_text() {
    const std::string text = cursor_.line();
    if (text == "00" || text == "01") return push(text == "01");
    push(required(parse_integer_literal(text), "an integer"));
  }
  std::int64_t long_integer(std::uint64_t length) {
    constexpr std::uint64_t kWidest = 9;  // 64 bits and a sign
    if (length > kWidest) fail_here(fmt::format("an integer of {} bytes", length));
    const auto number = parse_long(cursor_.take(length));
    if (!number) fail_here("an integer outside 64 bits");
    return *number;
  }
  void push_tuple(std::size_t count) {
    PickleItems items{PickleItems::Kind::tuple, std::vector<PickleNode>(count)};
    for (std::size_t i = count; i > 0; --i) items.nodes[i - 1] = pop();
    push(std::move(items));
  }
  void append(const std::vector<PickleNode>& nodes, PickleItems::Kind kind) {
    auto* items = std::get_if<PickleItems>(&tree_.values[top()]);
    if (items == nullptr || items->kind != kind) {
      fail_here(fmt::format("values are added to {}", kind_name(tree_.at(top()))));
    }
    items->nodes.insert(items->nodes.end(), nodes.begin(), nodes.end());
  }
  void set_items(const std::vector<PickleNode>& nodes) {
    auto* dict = std::get_if<PickleDict>(&tree_.values[top()]);
    if (dict == nullptr) fail_here(fmt::format("entries are added to {}", kind_name(tree_.at(top()))));
    if (nodes.size() % 2 != 0) fail_here("a dict gets a key without a value");
    for (std::size_t i = 0; i < nodes.size(); i += 2) dict->entries.emplace_back(nodes[i], nodes[i + 1]);
  }

  // --- memo: references, never copies
  std::uint64_t memo_index() {
    const std::int64_t index = required(parse_integer_literal(cursor_.line()), "a memo index");
    if (index < 0) fail_here("a negative memo index");
    return static_cast<std::uint64_t>(index);
  }
  void put(std::uint64_t index) { memo_[index] = top(); }
  void get(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail_here(fmt::format("memo {} was never stored", index));
    stack_.push_back(found->second);
  }

  const std::string& global_name(PickleNode node) {
    const auto* chars = tree_.get<PickleChars>(node);
    if (chars == nullptr || !chars->is_text || chars->in_file)
      fail_here("a global whose name is no short text");
    return chars->here;
  }
  void check_frame() {
    const std::uint64_t length = cursor_.little_endian(8);
    if (length > cursor_.remaining())
      fail_here(fmt::format("a frame of {} bytes: truncated or damaged", length));
  }
  void stop() {
    if (!marks_.empty() || stack_.size() != 1) fail_here("the pickle stops with values left over or missing");
    tree_.root = pop();
    stopped_ = true;
  }

  PickleCursor cursor_;
  PickleTree tree_;
  std::vector<PickleNode> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint64_t, PickleNode> memo_;
  std::uint64_t opcode_at_ = 0;
  std::uint64_t string_bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace

PickleTree read_pickle(SourceFile& file) {
  return Machine(file).run();
}

}  // namespace missmodal::trainer
