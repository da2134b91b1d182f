// A WebSocket that an app has accepted: its protocol (net/websocket_session) on one
// side, the app's events on the other. Knows no socket: its connection moves the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/thread_pool.hpp"
#include "base/work.hpp"
#include "bridge/extras.hpp"
#include "bridge/websocket.hpp"
#include "http/prepared_fields.hpp"
#include "http/websocket_handshake.hpp"
#include "net/event_loop.hpp"
#include "net/websocket_session.hpp"
#include "serve/websocket_orders.hpp"

namespace appserver::app {
class Generation;
}

namespace appserver::serve {

class Upgraded;

/// The session is the I/O thread's. An event app is called there, from take() alone and
/// never inside a call of its own: what it asks for there (resume, close) may have more
/// events, and they come when it has returned. A blocking app is called on a thread of
/// its pool, in run(): one event at a time, and the session is paused until the app has
/// returned from a message; so one message waits, and what is behind it is not read.
/// Threads: the I/O thread; post, retain, release: any; what the app asks and what
/// stands below as the pool's: the app's thread.
class WebSocketLink final : public bridge::WebSocket,
                            public net::WebSocketEvents,
                            public net::Posted,
                            public app::ThreadPool::Job {
 public:
  /// What the connection has to tell.
  struct Step {
    std::string_view bytes{};      ///< received
    std::size_t sent = 0;          ///< of output(), taken by the socket
    std::int64_t now_ms = 0;       ///< a tick of the clock; 0: none
    std::uint16_t close_code = 0;  ///< the host ends it; 0: not
    bool lost = false;             ///< the connection is gone, or as good as
  };

  /// Made in the call that accepts, on the app's thread. `threads` are those of a
  /// blocking app, null for an event app.
  WebSocketLink(net::EventLoop& loop, app::ThreadPool* threads,
                const net::WebSocketOptions& options,
                const bridge::WebSocketTerms& terms);

  /// Whose it is, for what is said when the app's thread dies; outlives its events.
  void set_app(const app::Generation& generation) { app_ = &generation; }

  /// Who is told of news from now on.
  void attach(Upgraded& connection) { connection_ = &connection; }

  /// That call is over: the 101 is in output() then. False: there is no memory.
  bool open(net::WebSocketServices& services, const http::WebSocketHandshake& handshake,
            const http::PreparedFields& ours);

  /// What its exchange leaves behind. Threads: the app's.
  void keep(std::unique_ptr<bridge::Extras> extras) { extras_ = std::move(extras); }

  /// Bytes of the connection that leave first.
  void put_before(std::string_view earlier) { earlier_ = earlier; }

  /// Events and posts follow. What throws here, of memory mostly, ends this WebSocket
  /// with 1011 and nothing else.
  void take(const Step& step);
  /// The call that accepted has failed: tells it the end. Threads: the app's.
  void end_unopened();
  /// The last moment, and the connection is gone: what is to be told is told here,
  /// unless a thread is at it.
  void end_here();
  /// The connection is gone; told. Gives its reference back.
  void leave();

  [[nodiscard]] std::string_view output() const;

  [[nodiscard]] bool wants_input() const { return session_ && session_->wants_input(); }

  /// Is there an event with the app's threads that must be over first?
  [[nodiscard]] bool is_busy() const {
    return threads_ != nullptr && (busy_ || code_ != 0) && !over_;
  }

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
  void set_fields(std::span<const gw_field> fields) override;

  void run_on_loop() override;

  /// The pool's.
  void run() override;

  static void describe(const void* link, WorkNote& note);

  static constexpr std::uint16_t kLost = 1006;

 private:
  using Message = WebSocketOrders::Message;

  /// What the app is to be told on one of its threads.
  struct Mail {
    std::optional<Message> message;
    bool has_posts = false, is_writable = false, has_ended = false;

    [[nodiscard]] bool has_any() const {
      return message || has_posts || is_writable || has_ended;
    }
  };

  ~WebSocketLink() override = default;

  // net::WebSocketEvents
  Next on_message(net::WebSocketKind kind, std::string_view bytes) override;
  void on_writable() override;
  void on_closed(std::uint16_t code, std::string_view why) override;
  void on_failed(std::uint16_t code) override;

  void notify() override;
  void advance(const Step& step);
  void break_off();
  void tell_end();
  std::int32_t send_now(std::uint32_t kind, std::string_view bytes);
  void run_posts();
  void tell_writable();
  void fail();
  void lose();
  void tell_closed();
  void note_closed(std::uint16_t code);
  void take_orders();
  std::size_t move_orders();
  void take_back();

  // websocket_events.cpp: a blocking app
  void give_mail();
  void tell(const Mail& mail);
  [[nodiscard]] Mail next_mail();
  [[nodiscard]] bool has_more();

  Upgraded* connection_ = nullptr;
  net::EventLoop& loop_;
  app::ThreadPool* const threads_;
  const net::WebSocketOptions options_;
  const gw_ws_events& events_;
  void* const to_;
  const app::Generation* app_ = nullptr;
  std::optional<std::string> protocol_;
  std::vector<std::pair<std::string, std::string>> fields_;  ///< of the 101
  std::unique_ptr<bridge::Extras> extras_;
  std::optional<net::WebSocketSession> session_;  ///< once it is open
  WebSocketOrders orders_;
  std::vector<Message> unsent_;                  ///< ordered, found no room
  std::optional<WebSocketOrders::Close> close_;  ///< ordered, behind them
  std::string earlier_;                          ///< bytes of answers before the 101
  std::string why_;                              ///< of the close frame
  std::size_t head_size_ = 0;
  std::uint16_t code_ = 0;  ///< it is closed; 0: not yet
  bool over_ = false, is_clean_ = false, resumes_ = false;
  bool is_direct_ = false;  ///< an event app asks the session itself
  bool is_broken_ = false;  ///< the session has thrown
  bool busy_ = false;       ///< a blocking app has a message

  std::mutex mail_mutex_;  // guards all below
  Mail mail_;
  bool active_ = false;                     ///< a thread has mail, or will
  bool taken_ = false;                      ///< the app has returned from a message
  bool pauses_ = false;                     ///< and wants no other
  bool end_given_ = false, ended_ = false;  ///< the end is on its way; it is told
};

}  // namespace appserver::serve
