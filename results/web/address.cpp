#include "results/web/address.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "sweeps/error.h"

namespace missmodal::results::web {

namespace {

namespace ip = boost::asio::ip;

ip::address numbers(std::string_view host) {
  boost::system::error_code ignored;
  return ip::make_address(std::string(host), ignored);  // 0.0.0.0 where it is none
}

}  // namespace

Address parse_address(std::string_view text, const std::string& place) {
  Address address;
  std::string_view port = text;
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    if (!is_numeric(host) || bracketed != (host.find(':') != std::string_view::npos)) {
      throw InputError(place, fmt::format("must be PORT or ADDRESS:PORT, the address a number as 127.0.0.1, "
                                          "0.0.0.0 or [::1], got {}",
                                          text));
    }
    address.host = host;
  }
  const auto [end, code] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (code != std::errc() || end != port.data() + port.size()) {
    throw InputError(place, fmt::format("the port must be 0 (any that is free) to 65535, got {}",
                                        port.empty() ? "nothing" : port));
  }
  return address;
}

bool is_loopback(const Address& address) {
  return numbers(address.host).is_loopback();
}

bool is_any(const Address& address) {
  return numbers(address.host).is_unspecified();
}

bool is_numeric(std::string_view host) {
  boost::system::error_code code;
  ip::make_address(std::string(host), code);
  return !code;
}

std::string spelled(const Address& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", address.host, six ? "]" : "", address.port);
}

}  // namespace missmodal::results::web
