#include "results/web/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <list>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "results/lease.h"
#include "results/web/background_thread.h"
#include "results/web/gate.h"
#include "results/web/restraint.h"
#include "results/web/routes.h"
#include "results/web/session.h"
#include "results/web/token.h"
#include "sweeps/error.h"

namespace missmodal::results::web {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kConnections = 256;  // a quarter of the descriptors that a process commonly has
constexpr std::size_t kListeners = 64;     // tabs; the rest stays for who asks once
constexpr std::size_t kQuestions = 16;     // that wait for the database; a page asks one at a time
constexpr std::size_t kRemembered = 32;    // answers about cells
constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::seconds kWatched{5};
constexpr std::chrono::seconds kFresh{1};          // so long an answer about a cell is given again
constexpr std::chrono::milliseconds kNoRoom{100};  // after an accept that failed, as without descriptors

tcp::acceptor listening(asio::io_context& io, const Address& address, const std::string& place) {
  const tcp::endpoint endpoint(asio::ip::make_address(address.host), address.port);
  tcp::acceptor acceptor(io);
  error_code code;
  acceptor.open(endpoint.protocol(), code);
  if (!code) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(endpoint, code);
  if (!code) acceptor.listen(tcp::acceptor::max_listen_connections, code);
  if (code == asio::error::address_in_use)
    throw RunError(
        fmt::format("{} {}: the port is taken; 0 takes any that is free", place, spelled(address)));
  if (code == boost::system::errc::address_not_available)
    throw InputError(place, fmt::format("{} is no address of this machine", address.host));
  if (code) throw RunError(fmt::format("{} {}: listen: {}", place, spelled(address), code.message()));
  return acceptor;
}

}  // namespace

class Server::Core {
 public:
  Core(const Address& address, const std::string& place, Sources sources)
      : sources_(std::move(sources)),
        acceptor_(listening(io_, address, place)),
        timer_(io_),
        retry_(io_),
        bound_{address.host, acceptor_.local_endpoint().port()},
        token_(is_loopback(address) ? std::nullopt : std::optional(make_token())),
        gate_(bound_, token_, host_name()) {
    site_.version = sources_.version;
    host_.hear = [this](std::string_view bytes) { return answer(bytes); };
    host_.ask = [this](const std::string& cell, std::function<void(Response)> done) {
      ask(cell, std::move(done));
    };
    host_.may_listen = [this] { return make_room_to_listen(); };
    Address shown = bound_;
    if (is_any(shown)) shown.host = host_name();
    url_ = fmt::format("http://{}/{}",
                       is_any(bound_) ? fmt::format("{}:{}", shown.host, shown.port) : spelled(shown),
                       token_ ? "?token=" + *token_ : "");
    asio::post(questions_, [this] {
      stay_in_background();
      asking_.emplace(Clock::now(), computed_here());
    });
    accept();
    tick();
    thread_ = std::thread([this] {
      stay_in_background();
      run();
    });
  }

  ~Core() {
    io_.stop();
    thread_.join();
    questions_.stop();
    questions_.join();
  }

  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void change(std::function<void(Site&)> change) {
    asio::post(io_, [this, change = std::move(change)] {
      change(site_);
      stale_ = true;
    });
  }

  const std::string& url() const { return url_; }
  bool is_watched() const { return watched_; }
  const std::optional<std::string>& token() const { return token_; }

 private:
  // What one client's handler throws, as without memory, ends no other's.
  void run() {
    Restraint serving(Clock::now(), computed_here());
    while (!io_.stopped()) {
      try {
        io_.run_one();
      } catch (const std::exception&) {
      }
      rest(serving);
    }
  }

  void accept() {
    acceptor_.async_accept([this](error_code code, tcp::socket socket) {
      if (code) {
        retry_.expires_after(kNoRoom);
        retry_.async_wait([this](error_code) { accept(); });
        return;
      }
      welcome(std::move(socket));
      accept();
    });
  }

  // When all places are taken, who has been silent longest gives its own up; a stranger without one hears
  // nothing.
  void welcome(tcp::socket socket) {
    sessions_.remove_if([](const auto& session) { return !session->is_open(); });
    if (sessions_.size() >= kConnections) {
      const auto silent =
          std::find_if(sessions_.begin(), sessions_.end(), [](const auto& one) { return one->waits(); });
      if (silent == sessions_.end()) return;
      (*silent)->hang_up();
      sessions_.erase(silent);
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    sessions_.push_back(std::make_shared<Session>(std::move(socket), host_));
    sessions_.back()->begin();
  }

  std::size_t listeners() const {
    return static_cast<std::size_t>(
        std::count_if(sessions_.begin(), sessions_.end(), [](const auto& one) { return one->listens(); }));
  }

  bool make_room_to_listen() {
    if (listeners() >= kListeners) return false;
    renew();
    return true;
  }

  // Whatever a client or the database brings, the others are served.
  Heard answer(std::string_view bytes) {
    last_asked_ = Clock::now();
    try {
      return hear(bytes, gate_, site_);
    } catch (const std::exception& error) {
      Heard heard;
      heard.bytes = bytes.size();
      heard.answer = refusal(500, error.what());
      return heard;
    }
  }

  void renew() {
    if (auto status = sources_.status(); status != site_.status) {
      site_.status = std::move(status);
      stale_ = true;
    }
    if (!stale_ && host_.news.message) return;
    try {
      std::string message = "event: news\ndata: " + news(site_) + "\n\n";
      if (!host_.news.message || *host_.news.message != message)
        host_.news = {bytes(std::move(message)), host_.news.number + 1};
    } catch (const std::exception&) {  // no JSON can be made of it: the page keeps the last
    }
    stale_ = false;
  }

  void tick() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](error_code) { tick(); });
    const auto now = Clock::now();
    watched_ = listeners() > 0 || now - last_asked_ < kWatched;
    if (listeners() > 0) {
      renew();
      const bool beat = now - last_beat_ >= host_.limits.beat;
      if (beat) last_beat_ = now;
      for (const auto& session : sessions_) {
        session->tell();
        if (beat) session->beat();
      }
    } else if (auto status = sources_.status(); status != site_.status) {
      site_.status = std::move(status);
      stale_ = true;
    }
  }

  void ask(const std::string& cell, std::function<void(Response)> done) {
    if (const auto known = answers_.find(cell);
        known != answers_.end() && Clock::now() - known->second.second < kFresh)
      return done(known->second.first);
    if (waiting_ >= kQuestions) return done(refusal(503, "too many questions at once"));
    ++waiting_;
    asio::post(questions_, [this, cell, done = std::move(done)]() mutable {
      Response response = story(cell);
      asio::post(io_, [this, cell, response = std::move(response), done = std::move(done)] {
        --waiting_;
        if (answers_.size() >= kRemembered) answers_.clear();
        answers_[cell] = {response, Clock::now()};
        done(response);
      });
      rest(*asking_);
    });
  }

  Response story(const std::string& cell) const {
    try {
      return {.body = sources_.cell(cell)};
    } catch (const InputError& error) {
      return refusal(404, error.what());
    } catch (const std::exception& error) {
      return refusal(503, error.what());
    }
  }

  Sources sources_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  asio::steady_timer retry_;
  Address bound_;
  std::optional<std::string> token_;
  Gate gate_;
  std::string url_;
  // Of the server's thread alone:
  Site site_;
  Host host_;
  bool stale_ = false;  // the news does not tell all of the site
  Clock::time_point last_beat_{};
  Clock::time_point last_asked_{};
  std::list<std::shared_ptr<Session>> sessions_;
  std::map<std::string, std::pair<Response, Clock::time_point>> answers_;
  std::size_t waiting_ = 0;

  std::atomic<bool> watched_ = false;
  std::optional<Restraint> asking_;  // of that thread alone
  asio::thread_pool questions_{1};
  std::thread thread_;
};

Server::Server(const Address& address, const std::string& place, Sources sources)
    : core_(std::make_unique<Core>(address, place, std::move(sources))) {}
Server::~Server() = default;

const std::string& Server::url() const {
  return core_->url();
}

const std::optional<std::string>& Server::token() const {
  return core_->token();
}

bool Server::is_watched() const {
  return core_->is_watched();
}

void Server::change(std::function<void(Site&)> change) {
  core_->change(std::move(change));
}

}  // namespace missmodal::results::web
