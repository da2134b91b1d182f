// One request and its answer as an application sees them: the other side of every
// function pointer an app is lent. Holds the rules of the response (GATEWAY_RULES S and
// O); knows no sockets: bytes go into a ByteQueue, and a Carrier moves them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <gateway/gateway.h>

#include "base/byte_queue.hpp"
#include "bridge/carrier.hpp"
#include "bridge/extras.hpp"
#include "bridge/lent.hpp"
#include "http/framing.hpp"

namespace appserver::bridge {

/// Lives in a block of the connection, used again for each request: begin() resets it.
/// Threads: one at a time, the one that serves the exchange.
class Exchange {
 public:
  /// Free bytes `out` needs at begin(): 39 KiB of them for a head.
  static constexpr std::size_t kRoomToBegin = 56 * 1024;
  static constexpr std::size_t kOutCapacity = 72 * 1024;  ///< a head and 64 KiB of body
  using Progress = bridge::Progress;
  Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() = default;

  /// Starts anew. `out` may hold earlier answers of the connection; it keeps them.
  void begin(Carrier& carrier, ByteQueue& out, const Terms& terms);
  /// Told by whoever sends: n bytes have left, those of `out`, then of the app's
  /// memory.
  void note_sent(std::size_t n);
  /// Another carrier for the rest: the call goes to a pool thread, or comes back.
  void carry(Carrier& carrier);
  /// The function that apps are given.
  static gw_start_response* start_response();
  /// The environ to fill before the app is called; input, log and host are set already.
  gw_environ& environ();
  /// What to make of the app's return code. Then, while it waits, pull().
  Progress finish_call(std::int64_t result);
  /// Goes on with the source the app gave, until it ends or must wait.
  Progress pull();
  /// The client is gone or the host gives up: refuses more calls. What the app has to
  /// be told of it is told by conclude().
  void refuse_more(std::int32_t reason);
  /// The same, and closes the source.
  void abandon(std::int32_t reason);
  /// The exchange is over: closes the source, then tells all that its app has
  /// registered. Once; a call of the app's, on its thread.
  void conclude();
  /// Would conclude() call the app?
  [[nodiscard]] bool has_conclusion() const;

  // exchange_turn.cpp: an exchange that is answered later
  gw_pending* detach(const gw_environ& environ);
  Progress take_turn(const Ready& ready);
  /// The app has not answered in its time: 504 while that can be said. No turn follows.
  Progress give_up();
  [[nodiscard]] Detached* detached();  ///< null: it is not
  /// Does a detached one wait for the body of the request?
  [[nodiscard]] bool wants_body() const;

  // exchange_extras.cpp: what apps ask for through extensions
  [[nodiscard]] static Exchange& of(const gw_environ& environ);
  [[nodiscard]] static Exchange& of(const gw_input& input);
  /// Not of a writer that carries an error: those are nobody's.
  [[nodiscard]] static Exchange& of(const gw_writer& writer);
  Extras& extras();
  std::int32_t send_interim(std::uint32_t status, const gw_field* fields,
                            std::size_t count);
  std::int32_t set_trailers(const gw_field* fields, std::size_t count);
  std::int32_t received_trailers(const gw_field** fields, std::size_t* count);
  std::int64_t peek(gw_str& view, std::uint32_t flags);
  std::int32_t consume(std::size_t n);
  [[nodiscard]] std::int64_t room() const;
  [[nodiscard]] bool is_gone();
  // exchange_file.cpp: gw.file/1
  std::int32_t send_file(int fd, std::int64_t offset, std::int64_t length,
                         std::uint32_t flags);
  /// Are there parts that have not left? Then the queue's bytes leave in their order.
  [[nodiscard]] bool has_parts() const;
  /// The first part cannot be sent: the exchange is aborted, what is queued is dropped.
  void give_up_parts(const char* why);

  [[nodiscard]] Chain* chain();  ///< null: its app is called alone

  // exchange_websocket.cpp
  [[nodiscard]] bool asks_for_websocket();
  std::int32_t accept_websocket(const gw_environ& environ, const WebSocketTerms& terms,
                                gw_ws*& ws);
  void refuse_handshake(unsigned status, std::string_view more_fields);
  /// What goes on after the call that accepted; a detached one is told of its end.
  std::unique_ptr<Extras> hand_over_extras();

  /// Puts the host's own short answer in place of whatever the app said; only while no
  /// byte of the app's head has left. `body` is text/plain.
  void answer(unsigned status, std::string_view body,
              std::string_view more_fields = {});
  [[nodiscard]] const gw_environ& peek_environ() const;
  [[nodiscard]] std::string_view app() const;
  [[nodiscard]] unsigned status() const;
  [[nodiscard]] std::uint64_t body_bytes() const;
  /// With the head: what has left and what is to leave.
  [[nodiscard]] std::uint64_t bytes_sent() const;
  [[nodiscard]] bool keeps_connection() const;
  [[nodiscard]] bool head_is_sent() const;
  [[nodiscard]] bool is_aborted() const;
  [[nodiscard]] bool must_reset() const;
  [[nodiscard]] bool keeps_failure_text() const;
  [[nodiscard]] const std::string& failure_text() const;
  /// Bytes of `out` before those not yet decided on (a stored head): may be sent.
  [[nodiscard]] std::size_t committed_size() const;

  /// The connection may no longer be kept (asked for before the head leaves).
  void close_after();
  /// Puts an interim answer before a stored head.
  bool insert_interim(std::string_view bytes);
  void log(std::uint32_t level, std::string_view text);

 private:
  friend class Chain;
  enum class Head : unsigned char { None, Stored, Committed };
  enum class State : unsigned char { Open, Ended, Upgraded, Aborted };

  gw_writer* start(std::uint32_t status, const gw_field* fields, std::size_t count,
                   std::uint32_t flags);
  std::int32_t check_start(std::uint32_t status, std::uint32_t flags);
  std::int32_t store_head(std::uint32_t status, const gw_field* fields,
                          std::size_t count);
  std::int32_t refuse_field(std::ptrdiff_t i);
  bool commit_head(std::int64_t known_length);
  std::int64_t write(const void* bytes, std::size_t n, std::uint32_t flags);
  std::int64_t put_body(const char* bytes, std::size_t n);
  std::int64_t put_large(const char* bytes, std::size_t n);
  std::int64_t put_chunks(const char* bytes, std::size_t n);
  std::int32_t give_source(gw_source* source);
  std::int64_t read(void* to, std::size_t cap);
  std::int64_t note_read(std::int64_t n);
  // exchange_pull.cpp
  bool room_to_pull(std::span<char>& to, Progress& why_not);
  Progress take_pulled(std::int64_t n, std::span<char> from);
  Progress source_waits();
  Progress source_ended();
  std::int64_t frame_pulled(char* at, std::size_t n);
  std::int32_t send(std::size_t n);
  std::int32_t flush();
  [[nodiscard]] std::size_t within_length(std::size_t n) const;
  bool end_body();
  Progress settle_chain(Progress then);
  bool put_last_chunk();
  std::int32_t put_part(FilePart&& part);
  [[nodiscard]] bool is_past_length(std::uint64_t n) const;
  void drop_parts();
  [[nodiscard]] std::size_t end_room() const;
  void close_source(std::int32_t reason);
  Progress fail(std::int64_t result);
  Progress go_on_detached(std::int64_t result);
  [[nodiscard]] bool may_be_woken();
  gw_writer* refuse(std::int32_t error);

  gw_environ environ_{};
  Place place_{this};
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
  std::int32_t read_error_ = 0, failure_ = GW_OK;
  std::size_t peeked_ = 0;  ///< bytes that the app may consume
  Head head_ = Head::None;
  http::Framing framing_ = http::Framing::None;
  bool started_ = false, short_write_ = false, over_limit_ = false;
  bool in_app_pull_ = false, peer_is_gone_ = false, has_left_ = false;
  bool call_is_over_ = false, body_was_read_ = false, accepts_trailers_ = false;
  bool extras_used_ = false, source_sleeps_ = false;
  http::PreparedFields prepared_;
  std::string failure_text_;
  std::unique_ptr<Extras> extras_;
};

}  // namespace appserver::bridge

#include "bridge/exchange_inline.hpp"
