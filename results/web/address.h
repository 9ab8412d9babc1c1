#pragma once
// Where the page is served: `[ADDRESS:]PORT` on a command line.

#include <cstdint>
#include <string>
#include <string_view>

namespace missmodal::results::web {

struct Address {
  std::string host = "127.0.0.1";  // a number, IPv6 without brackets
  std::uint16_t port = 0;          // 0: any that is free
};

// "8080", "0.0.0.0:8080", "[::1]:8080", "localhost:8080". Throws InputError at `place`.
Address parse_address(std::string_view text, const std::string& place);

bool is_loopback(const Address& address);
bool is_any(const Address& address);          // 0.0.0.0 or ::, every address of the machine
bool is_numeric(std::string_view host);       // IPv4 or IPv6 without brackets
std::string spelled(const Address& address);  // "127.0.0.1:8080", "[::1]:8080"

}  // namespace missmodal::results::web
