#include "results/web/request.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

namespace missmodal::results::web {

namespace {

namespace http = boost::beast::http;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Percent signs taken away; nothing where they are wrong, or hide a control character or what is not UTF-8.
std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    plain += c;
  }
  try {
    static_cast<void>(nlohmann::json(plain).dump());
  } catch (const nlohmann::json::type_error&) {  // not UTF-8
    return std::nullopt;
  }
  return plain;
}

// No segment is empty, "." or "..", or holds a slash: nothing leads out of a tree that nobody serves from a
// disk anyhow.
bool read_path(std::string_view text, std::vector<std::string>& path) {
  if (text.empty() || text.front() != '/') return false;
  text.remove_prefix(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('/'), text.size());
    const auto segment = decoded(text.substr(0, end));
    if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
        segment->find_first_of("/\\") != std::string::npos) {
      return false;
    }
    path.push_back(*segment);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

bool read_query(std::string_view text, std::map<std::string, std::string>& query) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto name = decoded(word.substr(0, equals));
    const auto value = decoded(word.substr(std::min(equals + 1, word.size())));
    if (!name || !value || !query.emplace(*name, *value).second) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

using Header = http::header<true>;

std::string field(const Header& header, http::field name) {
  const auto value = header[name];
  return {value.data(), value.size()};
}

BadRequest bad_request(const boost::system::error_code& code) {
  if (code == http::error::header_limit) return {431, "the head is too long"};
  return {400, "this is no HTTP/1.1 request"};
}

}  // namespace

std::variant<Incomplete, BadRequest, Read> read_request(std::string_view bytes) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kHeadBytes);
  boost::system::error_code code;
  const std::size_t used = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), code);
  if (code == http::error::need_more) {
    if (bytes.size() >= kHeadBytes) return BadRequest{431, "the head is too long"};
    return Incomplete{};
  }
  // A body is found by its header fields below.
  if (code && !parser.is_header_done()) return bad_request(code);
  const auto& head = parser.get();
  if (static_cast<std::size_t>(std::distance(head.begin(), head.end())) > kFields)
    return BadRequest{431, "too many header fields"};
  if (head.count(http::field::content_length) > 0 || head.count(http::field::transfer_encoding) > 0 ||
      head.count(http::field::upgrade) > 0) {
    return BadRequest{400, "a request must have no body and ask for no upgrade"};
  }
  if (head.method() != http::verb::get && head.method() != http::verb::head)
    return BadRequest{405, "read only: GET and HEAD"};
  if (head.count(http::field::host) != 1) return BadRequest{400, "exactly one Host is needed"};
  const std::string_view target(head.target().data(), head.target().size());
  if (target.size() > kTargetBytes) return BadRequest{414, "the address is too long"};
  Read read;
  const std::size_t question = std::min(target.find('?'), target.size());
  if (!read_path(target.substr(0, question), read.request.path) ||
      !read_query(target.substr(std::min(question + 1, target.size())), read.request.query)) {
    return BadRequest{400, "the address is malformed"};
  }
  read.request.head = head.method() == http::verb::head;
  read.request.host = field(head, http::field::host);
  read.request.cookie = field(head, http::field::cookie);
  read.request.authorization = field(head, http::field::authorization);
  read.request.keep_alive = head.keep_alive();
  read.bytes = used;
  return read;
}

}  // namespace missmodal::results::web
