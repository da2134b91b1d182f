// The apps around an app, and the layers that they put around its events:
// gw.middleware/1. Knows the exchange it belongs to from inside; sockets not at all.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gateway/middleware.h>

#include "app/generation.hpp"
#include "bridge/file_parts.hpp"
#include "bridge/lent.hpp"
#include "http/framing.hpp"

namespace appserver::bridge {

class WebSocket;

/// Lives in the extras of an exchange and keeps its storage for the next.
/// Threads: one at a time, the one that serves the exchange.
class Chain {
 public:
  /// Outer first; the last is the app. Lives as long as the exchange.
  using Members = std::span<app::Generation* const>;

  /// What one data call gives beyond what the client takes waits here; with several
  /// layers that each make four times as much, this ends it.
  static constexpr std::size_t kPendingMost = 512 * 1024;
  static constexpr std::size_t kDownMost = 64 * 1024;  ///< of one data call, the header

  Chain() = default;
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;
  ~Chain() = default;

  void begin(Exchange& exchange, Members members);

  [[nodiscard]] bool is_used() const { return !members_.empty(); }

  /// Whom the connection calls.
  [[nodiscard]] app::Generation& outermost() const { return *members_.front(); }

  /// gw_middleware.next.
  std::int64_t next(const gw_environ& environ, const gw_environ* changed,
                    gw_layer* layer);

  // chain_head.cpp
  /// start_response was taken, from the depth of `environ`.
  void keep_head(const gw_environ& environ, std::span<const gw_field> fields);
  /// The head is the host's own.
  void keep_own_head(std::span<const gw_field> fields);
  /// The stored head passes the layers, and is stored again. `known_length`: of the
  /// body, -1: not known. False: one refused it.
  bool pass_head(std::int64_t& known_length);
  void note_framing(http::Framing framing);

  /// `ws` was accepted with the head that was kept. Lives: until pass_handshake().
  void keep_handshake(WebSocket& ws) { websocket_ = &ws; }

  /// The call that accepted has succeeded: its 101 passes the layers. Upgraded, or what
  /// becomes of one that was refused.
  Progress pass_handshake();

  /// Has a layer refused the head, and nothing was put in its place?
  [[nodiscard]] bool is_refused() const { return refused_; }

  /// Has a layer seen what is only shown once?
  [[nodiscard]] bool has_passed() const { return head_passed_ || has_data(); }

  // chain_data.cpp: the body, where a layer looks at it
  [[nodiscard]] bool has_data() const { return data_depth_ > 0; }

  std::int64_t write(const char* bytes, std::size_t n, std::uint32_t flags);
  /// Of gw.file/1: taken, and read piece by piece as there is room, in the order of the
  /// calls. GW_OK; GW_E_AGAIN: so many wait already; else the answer is cut.
  std::int32_t take_part(FilePart&& part, std::uint32_t flags);
  /// Of a source: at most GW_TAKEN_WHOLE bytes, which may lie in the output queue.
  std::int32_t pass_pulled(const char* bytes, std::size_t n);
  /// Nothing more comes at once: what layers hold back leaves. As settle().
  std::int32_t pass_flush();
  /// The body is over. As settle().
  std::int32_t pass_last();
  /// Queues what waits. GW_OK, GW_E_AGAIN: the client must take some first; else the
  /// answer is cut.
  std::int32_t settle();

  /// Has the app given all?
  [[nodiscard]] bool is_over() const { return over_; }

  [[nodiscard]] bool waits() const { return !pending_.empty() || !parts_.empty(); }

  /// The exchange is over: closes the layers, inner first.
  void end(std::int32_t reason);

 private:
  struct Way;  // what a layer writes to

  struct LevelInput : Input {
    Chain* chain = nullptr;
    std::uint32_t depth = 0;  ///< of the layer whose hook it is
  };

  /// Of a file, or bytes that were written behind one.
  struct Part {
    FilePart file;
    std::string bytes;
    std::uint32_t flags;
  };

  /// One member while it is called, and the layer it put around the next.
  struct Level {
    gw_environ environ;  ///< not of the outermost: it has the connection's
    Place place;
    LevelInput input;  ///< of the next one, if the layer hooks it
    gw_layer* layer;
    bool in_call, has_passed;
  };

  [[nodiscard]] const gw_environ& environ_of(std::uint32_t depth) const;
  void show(std::uint32_t depth, const gw_environ* changed);
  std::int64_t call(std::uint32_t depth);
  std::int64_t read(std::uint32_t depth, void* to, std::size_t cap);
  [[nodiscard]] bool hooks_head(std::uint32_t count) const;
  [[nodiscard]] std::uint32_t outside_of_data(std::uint32_t count) const;
  void store_fields(std::span<const gw_field> fields);
  bool show_head(gw_head& head);
  bool pass_layer(std::uint32_t depth, gw_head& head);
  [[nodiscard]] const char* why_not(const gw_head& head, std::size_t room) const;
  bool store_passed(const gw_head& head, std::int64_t before, std::int64_t& known);
  bool refuse_head(std::uint32_t depth, const char* why);
  std::int32_t pass(const char* bytes, std::size_t n, std::uint32_t flags);
  std::int32_t pass_layers(std::uint32_t count, const char* bytes, std::size_t n,
                           std::uint32_t flags);
  std::int32_t put(const char* bytes, std::size_t n, std::uint32_t flags);
  std::int32_t drain();
  void pass_part();
  std::size_t keep_behind(const char* bytes, std::size_t n, std::uint32_t flags);
  std::int32_t cut(std::int32_t code, const std::string& why);

  Exchange* exchange_ = nullptr;
  WebSocket* websocket_ = nullptr;  ///< accepted, and its 101 has not passed
  Members members_;
  std::vector<Level> levels_;
  std::uint32_t taken_ = 0;         ///< layers, from outside
  std::uint32_t answer_depth_ = 0;  ///< layers around whoever answers
  std::uint32_t own_depth_ = 0;     ///< layers around the host's own answer
  std::uint32_t data_depth_ = 0;    ///< the innermost of them with a data hook, plus 1
  bool refused_ = false, was_refused_ = false, head_passed_ = false;
  bool over_ = false, saw_last_ = false, ends_ = false, unflushed_ = false;
  bool passing_ = false;    ///< a data hook is being called
  std::uint32_t owed_ = 0;  ///< GW_FLUSH, GW_LAST: passed when nothing is pending
  std::int32_t failed_ = GW_OK;
  std::string text_;              ///< what fields_ points to
  std::vector<gw_field> fields_;  ///< of the head that waits
  std::vector<Part> parts_;       ///< that wait; at most FileParts::kMost
  std::string piece_;             ///< pulled bytes
  std::string pending_;           ///< passed all layers, found no room
  std::size_t pending_at_ = 0;
};

}  // namespace appserver::bridge
