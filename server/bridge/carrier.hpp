// What an exchange needs of the connection that carries it, and is told when it begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <gateway/gateway.h>

#include "http/prepared_fields.hpp"

struct gw_ws;

namespace appserver::bridge {

class Pending;
struct WebSocketTerms;

/// What an exchange needs of the connection that carries it.
class Carrier {
 public:
  /// Request body, decoded: > 0 bytes, 0 at its end, GW_E_AGAIN, GW_E_GONE,
  /// GW_E_TOOBIG, GW_E_TIMEOUT. Sends 100-continue first where it was asked for.
  virtual std::int64_t read_body(void* to, std::size_t cap) = 0;
  /// Sends the first `n` bytes of the output queue and then those of `more`, or some of
  /// them, in one system call; compacts the queue. Sets `more_sent`. GW_OK if any left
  /// (a blocking carrier waits for that), GW_E_AGAIN, GW_E_GONE, GW_E_TIMEOUT.
  virtual std::int32_t send(std::size_t n, std::string_view more,
                            std::size_t& more_sent) = 0;
  /// May read_body still find something after it said GW_E_AGAIN?
  [[nodiscard]] virtual bool may_read_more() const = 0;
  /// Do read_body and send wait (a pool thread), or answer GW_E_AGAIN (the I/O thread)?
  [[nodiscard]] virtual bool blocks() const = 0;
  /// May the connection still be kept? No when a stop has begun meanwhile, or, with the
  /// last of the answer, when too much of the request's body is unread.
  [[nodiscard]] virtual bool may_keep_alive(bool is_last) const = 0;
  /// A view of body that has come, as read_body would give it; GW_E_AGAIN also in a
  /// blocking carrier unless it `may_wait`. Until the next call.
  virtual std::int64_t peek_body(std::string_view& view, bool may_wait) = 0;
  /// Takes n bytes of what was shown.
  virtual void consume_body(std::size_t n) = 0;
  /// The trailer fields of the body, once it is whole.
  virtual std::span<const gw_field> body_trailers() = 0;
  /// Has the peer ended its side, or left?
  [[nodiscard]] virtual bool is_gone() = 0;
  /// The handle of an exchange that is answered later; the carrier's reference is its
  /// own. Null when there is no memory.
  virtual Pending* make_pending() = 0;
  /// Does the request ask for a WebSocket, correctly?
  [[nodiscard]] virtual bool asks_for_websocket() const = 0;
  /// GW_OK and the handle; GW_E_UNSUPPORTED, GW_E_INVALID. Who asks wrongly has his
  /// answer then: Exchange::refuse_handshake.
  virtual std::int32_t accept_websocket(const WebSocketTerms& terms, gw_ws*& ws) = 0;

 protected:
  ~Carrier() = default;
};

/// What the exchange's head is made with.
struct Terms {
  unsigned version = 11;  ///< 10 or 11, of the request
  bool is_head = false;
  bool accepts_trailers = false;  ///< "TE: trailers"
  bool keep_alive = true;         ///< both sides want to keep the connection
  const http::PreparedFields* prepared = nullptr;  ///< copied: seconds pass
  std::string_view app;            ///< for log lines; outlives the exchange
  bool keep_failure_text = false;  ///< --debug: failure_text() says what the app logged
};

}  // namespace appserver::bridge
