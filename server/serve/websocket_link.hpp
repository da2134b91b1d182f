// A WebSocket that an app has accepted: its protocol (net/websocket_session) on one
// side, the app's events on the other. Knows no socket: its connection moves the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/extras.hpp"
#include "bridge/websocket.hpp"
#include "net/event_loop.hpp"
#include "net/websocket_session.hpp"

namespace appserver::serve {

class Upgraded;

/// Threads: the I/O thread; post, retain and release: any. The app is called from
/// take() alone, never inside a call of its own: what it asks for there (resume, close)
/// may have more events, and they come when it has returned.
class WebSocketLink final : public bridge::WebSocket,
                            public net::WebSocketEvents,
                            public net::Posted {
 public:
  /// What the connection has to tell.
  struct Step {
    std::string_view bytes{};      ///< received
    std::size_t sent = 0;          ///< of output(), taken by the socket
    std::int64_t now_ms = 0;       ///< a tick of the clock; 0: none
    std::uint16_t close_code = 0;  ///< the host ends it; 0: not
    bool lost = false;             ///< the connection is gone, or as good as
  };

  WebSocketLink(Upgraded& connection, net::EventLoop& loop,
                const bridge::WebSocketTerms& terms);

  /// The 101 is in output() then. `answer` is used during the call.
  void open(net::WebSocketServices& services, const net::WebSocketOptions& options,
            const net::WebSocketAnswer& answer);
  /// The call that accepted is over: what its exchange leaves behind (may be null).
  /// `earlier`: bytes of the connection that leave first.
  void begin(std::unique_ptr<bridge::Extras> extras, std::string_view earlier);
  /// Events and posts follow.
  void take(const Step& step);
  /// The connection is gone; told. Gives its reference back.
  void leave();

  [[nodiscard]] std::string_view output() const;

  [[nodiscard]] bool wants_input() const { return session_->wants_input(); }

  /// `closed` has returned, and all else that the app had to be told.
  [[nodiscard]] bool is_over() const { return over_; }

  /// Has it ended as one should, with a close frame of the peer?
  [[nodiscard]] bool is_clean() const { return is_clean_; }

  /// Without one: the peer is gone, or silent.
  [[nodiscard]] bool is_lost() const { return code_ == kLost; }

  /// Of the 101.
  [[nodiscard]] std::size_t head_size() const { return head_size_; }

  // bridge::WebSocket
  std::int32_t send(std::uint32_t kind, std::string_view bytes) override;
  std::int32_t resume() override;
  std::int32_t close(std::uint32_t code, std::string_view why) override;

  void run_on_loop() override;

  static constexpr std::uint16_t kLost = 1006;

 private:
  ~WebSocketLink() override = default;

  // net::WebSocketEvents
  Next on_message(net::WebSocketKind kind, std::string_view bytes) override;
  void on_writable() override;
  void on_closed(std::uint16_t code, std::string_view why) override;
  void on_failed(std::uint16_t code) override;

  void notify() override;
  void run_posts();
  void fail();
  void tell_closed();

  Upgraded* connection_;
  net::EventLoop& loop_;
  const gw_ws_events& events_;
  void* const to_;
  std::unique_ptr<bridge::Extras> extras_;
  std::optional<net::WebSocketSession> session_;
  std::string earlier_;  ///< bytes of answers before the 101
  std::string why_;      ///< of the close frame
  std::size_t head_size_ = 0;
  std::uint16_t code_ = 0;  ///< it is closed; 0: not yet
  bool over_ = false, is_clean_ = false, resumes_ = false;
};

}  // namespace appserver::serve
