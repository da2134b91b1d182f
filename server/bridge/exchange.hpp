// One request and its answer as an application sees them: the other side of every
// function pointer an app is lent. Holds the rules of the response (GATEWAY_RULES S and
// O); knows no sockets: bytes go into a ByteQueue, and a Carrier moves them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <gateway/gateway.h>

#include "base/byte_queue.hpp"
#include "http/framing.hpp"
#include "http/prepared_fields.hpp"

namespace appserver::bridge {

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

 protected:
  ~Carrier() = default;
};

/// What the exchange's head is made with.
struct Terms {
  unsigned version = 11;  ///< 10 or 11, of the request
  bool is_head = false;
  bool keep_alive = true;  ///< both sides want to keep the connection
  const http::PreparedFields* prepared = nullptr;  ///< copied: seconds pass
  std::string_view app;            ///< for log lines; outlives the exchange
  bool keep_failure_text = false;  ///< --debug: failure_text() says what the app logged
};

/// Lives in a block of the connection, used again for each request: begin() resets it.
/// Threads: one at a time, the one that serves the exchange.
class Exchange {
 public:
  /// Free bytes `out` needs at begin(): 39 KiB of them for a head.
  static constexpr std::size_t kRoomToBegin = 56 * 1024;
  static constexpr std::size_t kOutCapacity = 72 * 1024;  ///< a head and 64 KiB of body

  enum class Progress : unsigned char {
    Ended,         ///< the answer is whole in `out` (or sent)
    WaitsForRoom,  ///< the source goes on when `out` has been sent
    WaitsForBody,  ///< the source goes on when more of the request's body has come
    Failed,        ///< no head has left: the host answers (status())
    Aborted,       ///< bytes have left: cut the connection
  };

  Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() = default;

  /// Starts anew. `out` may hold earlier answers of the connection; it keeps them.
  void begin(Carrier& carrier, ByteQueue& out, const Terms& terms);

  /// n bytes have left: those of `out`, then of the app's memory. Told by whoever
  /// sends.
  void note_sent(std::size_t n);

  /// Another carrier for the rest: the call goes to a pool thread, or comes back.
  void carry(Carrier& carrier) { carrier_ = &carrier; }

  /// The function that apps are given.
  static gw_start_response* start_response();

  /// The environ to fill before the app is called; input, log and host are set already.
  gw_environ& environ() { return environ_; }

  /// What to make of the app's return code. Then, while it waits, pull().
  Progress finish_call(std::int64_t result);
  /// Goes on with the source the app gave, until it ends or must wait.
  Progress pull();
  /// The client is gone or the host gives up: closes the source, refuses more calls.
  void abandon(std::int32_t reason);
  /// Puts the host's own short answer in place of whatever the app said; only while no
  /// byte of the app's head has left. `body` is text/plain.
  void answer(unsigned status, std::string_view body,
              std::string_view more_fields = {});

  [[nodiscard]] const gw_environ& peek_environ() const { return environ_; }

  [[nodiscard]] std::string_view app() const { return app_; }

  [[nodiscard]] unsigned status() const { return status_; }

  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }

  /// With the head: what has left and what is to leave.
  [[nodiscard]] std::uint64_t bytes_sent() const {
    return left_ + out_->size() - before_;
  }

  [[nodiscard]] bool keeps_connection() const { return terms_keep_alive_; }

  [[nodiscard]] bool head_is_sent() const { return head_ == Head::Committed; }

  [[nodiscard]] bool must_reset() const { return framing_ == http::Framing::Close; }

  [[nodiscard]] bool is_over_limit() const { return over_limit_; }

  [[nodiscard]] const std::string& failure_text() const { return failure_text_; }

  /// Bytes of `out` before those not yet decided on (a stored head): may be sent.
  [[nodiscard]] std::size_t committed_size() const {
    return head_ == Head::Stored ? out_->size() - stored_ : out_->size();
  }

  /// The connection may no longer be kept (asked for before the head leaves).
  void close_after() { terms_keep_alive_ = false; }

  /// Puts an interim answer before a stored head.
  bool insert_interim(std::string_view bytes);
  void log(std::uint32_t level, std::string_view text);

 private:
  struct Input : gw_input {
    Exchange* owner = nullptr;
  };

  struct Writer : gw_writer {
    Exchange* owner = nullptr;
  };
  enum class Head : unsigned char { None, Stored, Committed };
  enum class State : unsigned char { Open, Ended, Aborted };

  gw_writer* start(std::uint32_t status, const gw_field* fields, std::size_t count,
                   std::uint32_t flags);
  std::int32_t check_start(std::uint32_t status, std::uint32_t flags);
  std::int32_t store_head(std::uint32_t status, const gw_field* fields,
                          std::size_t count);
  std::int32_t refuse_field(std::ptrdiff_t i);
  void commit_head(std::int64_t known_length);
  std::int64_t write(const void* bytes, std::size_t n, std::uint32_t flags);
  std::int64_t put_body(const char* bytes, std::size_t n);
  std::int64_t put_large(const char* bytes, std::size_t n);
  std::int64_t put_chunks(const char* bytes, std::size_t n);
  std::int32_t give_source(gw_source* source);
  std::int64_t read(void* to, std::size_t cap);
  Progress take_pulled(std::int64_t n, std::size_t cap, char* at);
  std::int64_t frame_pulled(char* at, std::size_t n);
  bool make_room(std::size_t wanted, Progress& why_not);
  std::int32_t send(std::size_t n);
  std::int32_t flush();
  [[nodiscard]] std::size_t within_length(std::size_t n) const;
  bool end_body();
  void close_source(std::int32_t reason);
  Progress fail(std::int64_t result);
  gw_writer* refuse(std::int32_t error);

  gw_environ environ_{};
  Input input_{};
  Writer writer_{};
  Carrier* carrier_ = nullptr;
  ByteQueue* out_ = nullptr;
  std::string_view app_;
  std::size_t before_ = 0;      ///< bytes of earlier answers in front of ours in `out`
  std::int64_t declared_ = -1;  ///< Content-Length, the app's or known at once
  unsigned version_ = 11;
  bool is_head_ = false, terms_keep_alive_ = true, keep_failure_text_ = false;
  State state_ = State::Ended;
  // In the order of begin(): zeros of neighbours are stored at once.
  gw_source* source_ = nullptr;
  std::uint64_t body_bytes_ = 0, left_ = 0;
  std::size_t stored_ = 0;  ///< bytes of the stored head at the end of `out`
  unsigned status_ = 0;
  std::int32_t read_error_ = 0;
  Head head_ = Head::None;
  http::Framing framing_ = http::Framing::None;
  bool started_ = false, short_write_ = false, over_limit_ = false;
  bool in_app_pull_ = false, peer_is_gone_ = false, has_left_ = false;
  http::PreparedFields prepared_;
  std::string failure_text_;
};

}  // namespace appserver::bridge
