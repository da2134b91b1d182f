// A small HTTP/1.1 server for the operator, on the supervisor's loop: it never blocks,
// one request for each connection, everything in it bounded. Knows no endpoints.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "http/date.hpp"
#include "net/event_loop.hpp"

namespace appserver::control {

struct EndpointRequest {
  std::string_view method, path, body;  ///< path: without the query
};

struct EndpointAnswer {
  unsigned status = 200;
  std::string_view type;     ///< of the body; lives for the whole program
  std::string body{};        ///< a HEAD request gets its length alone
  std::string_view allow{};  ///< with 405; lives for the whole program
};

/// Threads: the loop's.
class HttpEndpoint final : public net::Watch {
 public:
  using Ticket = std::uint64_t;
  /// A request is whole: answer(ticket, ...) is called now or later.
  using Handler = std::function<void(const EndpointRequest&, Ticket)>;

  /// `listener` listens and is non-blocking. `loop` outlives it.
  HttpEndpoint(net::EventLoop& loop, UniqueFd listener, Handler handler);
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;
  ~HttpEndpoint();

  /// Without effect when its client is gone.
  void answer(Ticket ticket, EndpointAnswer answer);
  /// Accepts one client.
  void on_ready(std::uint32_t events) override;
  /// Ends the connections of clients who are late. Several times a second.
  void tick(std::int64_t now_ms);
  /// After each batch of the loop, which may still name those that ended in it.
  void forget_ended();

  /// Accepts no more; who is there is answered.
  void leave();
  /// In a forked child: closes its descriptors and does nothing else.
  void close_in_child();

 private:
  class Client;

  void ended(Client& client);
  void accept_again(bool again);

  net::EventLoop& loop_;
  UniqueFd listener_;
  const Handler handler_;
  http::DateCache date_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<Client>> ended_;  ///< the batch may still name them
  Ticket last_ticket_ = 0;
  bool is_paused_ = false;
};

}  // namespace appserver::control
