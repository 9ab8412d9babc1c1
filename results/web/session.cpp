#include "results/web/session.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>
#include <variant>

namespace missmodal::results::web {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kDrainBytes = 65536;

}  // namespace

Session::Session(asio::ip::tcp::socket socket, const Host& host) : stream_(std::move(socket)), host_(&host) {}

void Session::begin() {
  stream_.expires_after(host_->limits.request);
  read();
}

void Session::hang_up() {
  if (!open_) return;
  open_ = false;
  listens_ = false;
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

void Session::read() {
  stream_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](error_code code, std::size_t size) {
                            if (code || !self->open_) return self->hang_up();
                            if (self->waits_) {
                              self->waits_ = false;
                              self->stream_.expires_after(self->host_->limits.request);
                            }
                            self->input_.append(self->chunk_.data(), size);
                            self->heard();
                          });
}

void Session::heard() {
  request_ = host_->hear(input_);
  if (request_.bytes == 0) return read();
  input_.erase(0, request_.bytes);
  if (auto* response = std::get_if<Response>(&request_.answer)) return send(std::move(*response));
  if (std::holds_alternative<Events>(request_.answer)) return listen();
  stream_.expires_never();  // it waits for us
  host_->ask(std::get<CellQuestion>(request_.answer).cell, [self = shared_from_this()](Response response) {
    if (self->open_) self->send(std::move(response));
  });
}

void Session::send(Response response) {
  for (auto& field : request_.fields) response.fields.push_back(std::move(field));
  head_ = head_of(response, request_.after);
  response_ = std::move(response);
  std::array<asio::const_buffer, 2> parts{asio::buffer(head_), asio::const_buffer()};
  if (!request_.head) parts[1] = asio::buffer(*response_.body);
  stream_.expires_after(host_->limits.write);
  asio::async_write(stream_, parts, [self = shared_from_this()](error_code code, std::size_t) {
    self->sent(static_cast<bool>(code));
  });
}

void Session::sent(bool failed) {
  if (failed || !open_) return hang_up();
  if (request_.after == After::close) return close();
  response_ = {};
  waits_ = input_.empty();
  stream_.expires_after(waits_ ? host_->limits.idle : host_->limits.request);
  // Not heard() at once: a thousand requests in one packet let others go first.
  if (waits_) return read();
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->open_) self->heard();
  });
}

void Session::listen() {
  if (request_.head || !host_->may_listen()) {
    request_.after = After::close;
    return send(request_.head ? Response{.type = kEvents, .body = bytes("")}
                              : refusal(503, "too many listen already"));
  }
  Response endless{.type = kEvents, .body = nullptr, .fields = std::move(request_.fields)};
  listens_ = true;
  write_news(bytes(head_of(endless, After::close) + "retry: 1000\n\n"));
  watch_for_the_end();
}

void Session::tell() {
  if (!listens_ || writes_ || told_ == host_->news.number || !host_->news.message) return;
  told_ = host_->news.number;
  write_news(host_->news.message);
}

void Session::beat() {
  if (listens_ && !writes_) write_news(bytes(": still here\n\n"));
}

void Session::write_news(Bytes message) {
  writes_ = true;
  message_ = std::move(message);
  stream_.expires_after(host_->limits.write);
  asio::async_write(stream_, asio::buffer(*message_),
                    [self = shared_from_this()](error_code code, std::size_t) {
                      self->writes_ = false;
                      self->message_.reset();
                      if (code || !self->open_) return self->hang_up();
                      self->stream_.expires_never();
                      self->tell();
                    });
}

// Who listens has nothing to say but that it goes.
void Session::watch_for_the_end() {
  stream_.socket().async_read_some(asio::buffer(chunk_),
                                   [self = shared_from_this()](error_code, std::size_t) { self->hang_up(); });
}

// What is left unread would make the system throw away the answer that is still on its way.
void Session::close() {
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLinger);
  drain(kDrainBytes);
}

void Session::drain(std::size_t rest) {
  stream_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this(), rest](error_code code, std::size_t size) {
                            if (code || !self->open_ || size >= rest) return self->hang_up();
                            self->drain(rest - size);
                          });
}

}  // namespace missmodal::results::web
