#pragma once
// One client's connection: its requests one after the other, or the news for as long as it listens. Lives in
// the server's thread alone.

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "results/web/routes.h"

namespace missmodal::results::web {

// How long a client may take. Whoever is slower is hung up on.
struct Limits {
  std::chrono::milliseconds request =
      std::chrono::seconds(10);  // from its first byte, or the connection, to its end
  std::chrono::milliseconds idle =
      std::chrono::seconds(60);  // between two requests: browsers keep theirs open
  std::chrono::milliseconds write = std::chrono::seconds(30);  // until the answer is taken
  std::chrono::milliseconds beat =
      std::chrono::seconds(15);  // of the news: something is sent, to find who is gone
};

struct News {
  Bytes message;  // null: none yet
  std::int64_t number = 0;
};

// What a session asks of its server. Outlives it.
struct Host {
  std::function<Heard(std::string_view bytes)> hear;
  // Answers later, in the server's thread.
  std::function<void(const std::string& cell, std::function<void(Response)> done)> ask;
  std::function<bool()> may_listen;  // there is room for one more who hears the news
  News news;                         // the newest
  Limits limits;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, const Host& host);

  void begin();
  void tell();  // there is news; does nothing for who does not listen, or still takes the last
  void beat();  // sends something to who listens
  bool listens() const { return listens_; }
  bool is_open() const { return open_; }
  bool waits() const { return waits_; }  // for a request, nothing of which has come
  void hang_up();

 private:
  void read();
  void heard();
  void send(Response response);
  void sent(bool failed);
  void listen();
  void write_news(Bytes message);
  void watch_for_the_end();
  void close();
  void drain(std::size_t rest);

  boost::beast::tcp_stream stream_;
  const Host* host_;
  std::string input_;
  std::array<char, 4096> chunk_{};
  std::string head_;
  Response response_;
  Heard request_;
  Bytes message_;          // under way
  std::int64_t told_ = 0;  // the number of the last news sent
  bool listens_ = false;
  bool writes_ = false;
  bool open_ = true;
  bool waits_ = true;
};

}  // namespace missmodal::results::web
