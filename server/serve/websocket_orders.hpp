// What an app has asked of its WebSocket where it may not ask the session itself: on
// another thread, or before there is one. Knows no session: whoever has it takes the
// orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace appserver::serve {

/// Threads: any; what is asked keeps its order. Bounded by what may wait for the
/// client.
class WebSocketOrders {
 public:
  struct Message {
    std::uint32_t kind = 0;  ///< GW_WS_*
    std::string bytes;
    std::size_t cost = 0;  ///< of the room there is: also an empty one has some
  };

  struct Close {
    std::uint16_t code = 0;
    std::string why;
  };

  struct Taken {
    std::vector<Message> messages;
    std::optional<Close> close;  ///< behind them
    bool resumes = false;
  };

  /// `most` bytes may wait, here and in the session; a frame may become larger where
  /// it `may_deflate`.
  WebSocketOrders(std::size_t most, bool may_deflate)
      : most_(most), may_deflate_(may_deflate) {}

  WebSocketOrders(const WebSocketOrders&) = delete;
  WebSocketOrders& operator=(const WebSocketOrders&) = delete;
  ~WebSocketOrders() = default;

  // the app's side: as in gw.websocket/1, already judged but for room and the end
  std::int32_t send(std::uint32_t kind, std::string_view bytes);
  std::int32_t close(std::uint16_t code, std::string_view why);
  std::int32_t resume();

  /// A message is about to be given: what was resumed before is not its pause.
  void forget_resume();
  /// Has the app closed it?
  [[nodiscard]] bool has_closed();

  // the session's side
  /// A resume stays where it is while the app still has the message it belongs to.
  [[nodiscard]] Taken take(bool with_resume);
  /// Messages of the cost `moved` are in the session, whose output is now `output`
  /// bytes. True: there is room again, and it is to be told.
  bool note_room(std::size_t moved, std::size_t output);
  /// Has nothing been ordered, and is nothing to be told?
  [[nodiscard]] bool is_idle();
  /// Nothing is taken from now on: GW_E_GONE.
  void end();

 private:
  std::mutex mutex_;  // guards all below
  const std::size_t most_;
  const bool may_deflate_;
  std::vector<Message> messages_;
  std::optional<Close> close_;
  std::size_t queued_ = 0;  ///< cost, also of messages that were taken and not moved
  std::size_t output_ = 0;
  std::size_t wanted_ = 0;  ///< the largest message refused since room was told
  bool resumes_ = false, has_closed_ = false, over_ = false;
};

}  // namespace appserver::serve
