// The handle of gw.websocket/1: what an app may do with a WebSocket that it has
// accepted. Knows no frames and no event loop: who carries it does the work.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include <gateway/websocket.h>

/// The ABI's opaque type.
struct gw_ws {};

namespace appserver::bridge {

/// How an app accepts. Lives: views for the call.
struct WebSocketTerms {
  std::string_view protocol;         ///< data() null: none
  std::span<const gw_field> fields;  ///< added to the 101; may be sent
  const gw_ws_events* events = nullptr;
  void* to = nullptr;
};

/// May these be added to a 101? What the handshake says itself, nobody else does.
bool may_be_added(std::span<const gw_field> fields);

/// Shared by its carrier (one reference, until `closed` has returned) and the app
/// (those it has retained); freed by the last.
class WebSocket : public gw_ws {
 public:
  static constexpr std::size_t kPostsMost = 1024;  ///< that wait

  using Function = void (*)(gw_ws*, void* arg);

  struct Post {
    Function run;
    void* arg;
  };

  WebSocket() = default;
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  // the app's side; threads: the one that serves the exchange. GW_OK or GW_E_*
  virtual std::int32_t send(std::uint32_t kind, std::string_view bytes) = 0;
  virtual std::int32_t resume() = 0;
  virtual std::int32_t close(std::uint32_t code, std::string_view why) = 0;

  // the exchange's side
  /// What the layers have made of those that it was accepted with; may be sent. Copied.
  /// Before it begins, on the thread that serves the exchange.
  virtual void set_fields(std::span<const gw_field> fields) = 0;

  // threads: any
  /// GW_E_GONE, GW_E_AGAIN: it will not run.
  std::int32_t post(Function run, void* arg);
  void retain();
  void release();

 protected:
  virtual ~WebSocket() = default;

  // the carrier's side; threads: the one that serves the exchange
  [[nodiscard]] std::vector<Post> take_posts();
  /// It is closed: nothing is taken from now on. The posts that have not run.
  [[nodiscard]] std::vector<Post> end_posts();

  // the carrier's side; threads: any
  [[nodiscard]] bool has_posts();
  /// Something else than a post is to be told: notify(), unless it is on its way.
  void note_news();

 private:
  /// There are posts. Once until take_notice(); with the mutex held. Threads: any.
  virtual void notify() = 0;

  std::mutex mutex_;  // guards all below
  std::vector<Post> posts_;
  int references_ = 1;
  bool notified_ = false, over_ = false;

 protected:
  /// One more reference of the carrier's, for a notice on its way; in notify() only.
  void keep_for_notice() { ++references_; }

  /// It has arrived: the next post gives another. As in Pending.
  void take_notice();
};

}  // namespace appserver::bridge
