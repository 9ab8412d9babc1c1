#include "tests/results/web/client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace missmodal::results::web {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Client::Connection {
  asio::io_context io;
  tcp::socket socket{io};
  std::string input;
};

Client::Client(const std::string& url) : connection_(std::make_unique<Connection>()) {
  const auto begin = url.find("//") + 2;
  const auto colon = url.find(':', begin);
  const int port = std::stoi(url.substr(colon + 1));
  connection_->socket.connect({asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
  const timeval limit{60, 0};
  setsockopt(connection_->socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

Client::~Client() = default;

void Client::send(std::string_view bytes) {
  boost::system::error_code ignored;
  asio::write(connection_->socket, asio::buffer(bytes.data(), bytes.size()), ignored);
}

std::string Client::until(std::string_view end) {
  std::string& input = connection_->input;
  std::array<char, 4096> chunk{};
  std::size_t found = std::string::npos;
  // By recv: Asio's own read would wait for ever.
  while (end.empty() || (found = input.find(end)) == std::string::npos) {
    const auto size = recv(connection_->socket.native_handle(), chunk.data(), chunk.size(), 0);
    if (size <= 0) break;
    input.append(chunk.data(), static_cast<std::size_t>(size));
  }
  const std::size_t size = found == std::string::npos ? input.size() : found + end.size();
  std::string text = input.substr(0, size);
  input.erase(0, size);
  return text;
}

std::string Client::to_the_end() {
  return until("");
}

bool Client::is_closed() {
  char byte = 0;
  const auto size = recv(connection_->socket.native_handle(), &byte, 1, 0);
  return size == 0 || (size < 0 && errno == ECONNRESET);
}

std::string get(const std::string& url, const std::string& target, const std::string& fields) {
  Client client(url);
  client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
  return client.to_the_end();
}

std::string body_of(const std::string& response) {
  return response.substr(response.find("\r\n\r\n") + 4);
}

}  // namespace missmodal::results::web
