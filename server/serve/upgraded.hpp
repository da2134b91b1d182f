// What a connection is once its exchange has become a WebSocket: between its socket and
// its link, for the rest of its life. gw.websocket/1, RFC 6455.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "serve/kept_entry.hpp"
#include "serve/websocket_link.hpp"

namespace appserver::app {
class Generation;
}

namespace appserver::serve {

class Connection;

/// Made when an app accepts, in its call or, of a blocking app, behind it; begins when
/// that call is over. Threads: the I/O thread.
class Upgraded {
 public:
  /// Has the host's reference to the link from now on.
  Upgraded(Connection& connection, WebSocketLink& link);

  Upgraded(const Upgraded&) = delete;
  Upgraded& operator=(const Upgraded&) = delete;
  /// Tells the app, if it has not been told; with the connection, or when the call that
  /// accepted has failed.
  ~Upgraded();

  /// The call that accepted is over, and with it all that its exchange had but what the
  /// app has registered: the block goes back. False, and nothing has happened: there is
  /// no memory for it.
  bool begin();
  void on_ready(std::uint32_t events);
  /// The app has posted.
  void on_news();
  /// Looks at the timeouts.
  void tick(std::int64_t now_ms);
  /// The host ends it: 1001, 1012.
  void end(std::uint16_t code);
  /// The connection is gone. `closed` has returned then, and the line is written, or
  /// they follow where a blocking app is at work.
  void lose();
  /// The same at the last moment: on this thread, if none of the app's is at it.
  void abandon();

  [[nodiscard]] bool is_of(const app::Generation& generation) const {
    return lease_ == &generation ||
           std::find(around_.begin(), around_.end(), &generation) != around_.end();
  }

  /// For Connection::describe().
  void describe(WorkNote& note) const;

  /// Is there an app that may still be called?
  [[nodiscard]] bool has_lease() const { return lease_ != nullptr; }

 private:
  void take(const WebSocketLink::Step& step);
  void count_begin();
  void keep_entry();
  void be_patient();
  void end_if_late();
  void forget_socket();
  void receive();
  void send();
  void settle();
  void conclude();

  Connection& connection_;
  WebSocketLink* link_;                    ///< holds a reference
  app::Generation* lease_ = nullptr;       ///< until its app has been told the end
  std::vector<app::Generation*> around_;   ///< the same, of the middleware and the app
  std::unique_ptr<KeptEntry> entry_;       ///< where there is an access log
  std::uint64_t received_ = 0, sent_ = 0;  ///< bytes, with the heads
};

}  // namespace appserver::serve
