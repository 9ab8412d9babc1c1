#pragma once
// A client that may do what no browser does.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace missmodal::results::web {

class Client {
 public:
  explicit Client(const std::string& url);  // connects; "http://127.0.0.1:8080/..."
  ~Client();
  void send(std::string_view bytes);  // what the other side no longer takes is lost
  // What comes until it contains `end`, the other side hangs up, or ten seconds are over.
  std::string until(std::string_view end);
  std::string to_the_end();
  bool is_closed();  // within ten seconds

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

// GET; status line, head and body.
std::string get(const std::string& url, const std::string& target, const std::string& fields = "");
std::string body_of(const std::string& response);

// What `target` gives once `is` says so of it, within a minute; else the last.
template <typename Condition>
std::string get_until(const std::string& url, const std::string& target, Condition is) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  std::string response = get(url, target);
  while (!is(response) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    response = get(url, target);
  }
  return response;
}

}  // namespace missmodal::results::web
