// gw_ws in the strict host: one client that sends a few messages, is slow now and then,
// and ends in one of many ways. Kept to the end of the instance, as Pending.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <gateway/async.h>
#include <gateway/websocket.h>

namespace appserver::lint {

class Exchange;
class Findings;

class WebSocket {
 public:
  using Post = void (*)(gw_ws*, void* arg);

  WebSocket(Exchange& exchange, const gw_ws_events& events, void* to);

  static WebSocket& of(gw_ws* handle) { return *reinterpret_cast<WebSocket*>(handle); }

  gw_ws* handle() { return reinterpret_cast<gw_ws*>(this); }

  // [exchange]
  std::int32_t send(std::uint32_t kind, const void* bytes, std::size_t n);
  std::int32_t resume();
  std::int32_t close(std::uint32_t code, gw_str why);
  // [any]
  std::int32_t post(Post fn, void* arg);
  void retain();
  void release();

  /// From the 101 to `closed`. `is_accepted`: the call that accepted did not fail.
  /// Threads: the battery's.
  void run(bool is_accepted);
  /// destroy comes: nobody may hold it.
  void report_references();

 private:
  struct Posted {
    Post fn;
    void* arg;
  };

  bool may_call(const char* function);
  bool is_stale(const char* function);
  std::optional<Posted> take_post();
  bool say(std::uint32_t kind, std::string_view text);
  void run_posts(gw_ws* with);
  void settle();
  void tell_closed(std::uint32_t code);

  Exchange* const exchange_;  ///< until `closed`
  Findings& findings_;
  const gw_ws_events events_;
  void* const to_;
  std::mutex mutex_;  // guards the three below
  std::deque<Posted> posts_;
  int retained_ = 0;
  bool is_closed_ = false;
  // Of the exchange's thread.
  bool is_full_ = false, is_paused_ = false, has_sent_close_ = false;
  std::uint32_t close_code_ = 0;
};

/// Is `protocol` among those of a Sec-WebSocket-Protocol field? Absent: yes.
bool is_offered(std::string_view offered, gw_str protocol);

const gw_websocket* websocket_table();

}  // namespace appserver::lint
