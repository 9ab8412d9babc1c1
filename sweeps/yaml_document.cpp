#include "sweeps/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>

#include "sweeps/error.h"
#include "sweeps/text_encoding.h"
#include "sweeps/yaml_merge.h"

namespace missmodal::sweeps {
namespace {

using nlohmann::json;

template <class Number>
bool parse_whole_text(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool looks_like_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos &&
         text.find_first_of("0123456789") != std::string_view::npos;
}

json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (!looks_like_number(text)) return text;
  std::string_view digits = text;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  std::int64_t whole = 0;
  if (parse_whole_text(digits, whole)) return whole;
  double number = 0;
  if (parse_whole_text(digits, number)) return number;
  return text;  // 1.2.3, 2024-01-31, 1e999
}

// Builds the tree from the parser's events.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string file, std::string fixed_place)
      : file_(std::move(file)), fixed_place_(std::move(fixed_place)) {
    root_.place = fixed_place_.empty() ? file_ : fixed_place_;  // of a text without a document
  }

  YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw InputError(place(mark), "begins a second YAML document; only one is allowed");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(node(mark, YamlNode::Kind::scalar), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    YamlNode scalar = node(mark, YamlNode::Kind::scalar);
    scalar.value = tag == "!" ? json(value) : plain_scalar(value);
    scalar.text = value;
    const bool merges = tag != "!" && value == kMergeKey && expects_key();
    if (merges && stack_.back().merged) {
      throw InputError(scalar.place, "<< is a duplicate of " + stack_.back().key_of_merged.place);
    }
    finish(std::move(scalar), anchor);
    if (merges) {
      stack_.back().key_of_merged = stack_.back().key;
      stack_.back().merges = true;
    }
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw InputError(place(mark), "is an alias inside of what it stands for");
    const YamlNode copy = found->second;
    count(mark, size(copy));
    finish(copy, 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    YamlNode key;
    bool merges = false;  // what follows is a merge key's value
    YamlNode key_of_merged;
    std::optional<YamlNode> merged;
  };

  bool expects_key() const {
    return !stack_.empty() && stack_.back().node.kind == YamlNode::Kind::map && !stack_.back().has_key;
  }

  std::string place(const YAML::Mark& mark) const {
    return fixed_place_.empty() ? file_ + ":" + std::to_string(mark.line + 1) : fixed_place_;
  }
  YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) {
    count(mark, 1);
    YamlNode made;
    made.kind = kind;
    made.place = place(mark);
    made.line = fixed_place_.empty() ? mark.line + 1 : 0;
    return made;
  }
  void count(const YAML::Mark& mark, std::size_t more) {
    nodes_ += more;
    if (nodes_ > kMostNodes) {
      throw InputError(place(mark),
                       "makes the text too large: more than " + std::to_string(kMostNodes) + " values");
    }
  }
  static std::size_t size(const YamlNode& tree) {
    std::size_t total = 1;
    for (const YamlNode& item : tree.items) total += size(item);
    for (const auto& [key, value] : tree.entries) total += size(key) + size(value);
    return total;
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw InputError(place(mark), "has the tag " + tag + "; tags are not used here");
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    refuse_tag(mark, tag);
    if (stack_.size() >= kDeepest) throw InputError(place(mark), "is nested too deeply");
    Open& opened = stack_.emplace_back();
    opened.node = node(mark, kind);
    opened.anchor = anchor;
  }
  void close() {
    Open closed = std::move(stack_.back());
    stack_.pop_back();
    if (closed.merged) merge_below(closed.node, std::move(*closed.merged));
    finish(std::move(closed.node), closed.anchor);
  }
  void finish(YamlNode done, YAML::anchor_t anchor) {
    if (anchor != 0) {
      // The stored copy counts too: it is memory.
      nodes_ += size(done);
      anchors_[anchor] = done;
    }
    if (stack_.empty()) {
      root_ = std::move(done);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.kind == YamlNode::Kind::sequence) {
      parent.node.items.push_back(std::move(done));
    } else if (!parent.has_key) {
      if (done.kind != YamlNode::Kind::scalar) throw InputError(done.place, "a key must be plain text");
      parent.key = std::move(done);
      parent.has_key = true;
    } else {
      if (done.is_null() &&
          done.text.empty()) {  // nothing written: the parser names the place of what follows
        done.place = parent.key.place;
        done.line = parent.key.line;
      }
      if (parent.merges) {
        parent.merged = std::move(done);
      } else {
        parent.node.entries.emplace_back(std::move(parent.key), std::move(done));
      }
      parent.has_key = parent.merges = false;
    }
  }

  std::string file_;
  std::string fixed_place_;
  YamlNode root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, child] : entries) {
    if (name.text == key) return &child;
  }
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view key) {
  return const_cast<YamlNode*>(std::as_const(*this).find(key));
}

json YamlNode::json() const {
  if (kind == Kind::scalar) return value;
  if (kind == Kind::sequence) {
    nlohmann::json list = nlohmann::json::array();
    for (const YamlNode& item : items) list.push_back(item.json());
    return list;
  }
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, child] : entries) object.emplace(name.text, child.json());
  return object;
}

YamlNode parse_yaml(const std::string& text, const std::string& file, const std::string& fixed_place) {
  TreeBuilder builder(file, fixed_place);
  const std::string start = fixed_place.empty() ? file : fixed_place;
  if (text.size() > kMostBytes) throw InputError(start, "is larger than 1 MiB");
  if (const EncodingFault fault = encoding_fault(text); fault.line > 0) {
    throw InputError(fixed_place.empty() ? file + ":" + std::to_string(fault.line) : start, fault.reason);
  }
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const bool placed = fixed_place.empty() && error.mark.line >= 0;
    throw InputError(placed ? file + ":" + std::to_string(error.mark.line + 1) : start,
                     "is not valid YAML: " + error.msg);
  }
  return builder.take_root();
}

}  // namespace missmodal::sweeps
