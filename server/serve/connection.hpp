// One client's connection, as a state machine on the I/O thread: read, serve, write,
// wait. The story of a request is in serve_exchange.cpp; what sockets do to it is in
// connection.cpp, how it ends in connection_end.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/work.hpp"
#include "bridge/environ.hpp"
#include "bridge/exchange.hpp"
#include "net/event_loop.hpp"
#include "net/stream.hpp"
#include "serve/address_count.hpp"
#include "serve/block.hpp"
#include "serve/client.hpp"
#include "serve/phase.hpp"
#include "serve/upgraded.hpp"

namespace appserver::serve {

class DetachedCall;
class Service;
struct AccessEntry;
struct ListenerPlace;

class Connection final : public net::Watch, public bridge::Carrier {
 public:
  using Phase = serve::Phase;

  Connection(Service& service, net::Stream stream, const Peer& peer,
             std::shared_ptr<const ListenerPlace> place);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  void open();
  /// Registers with the loop; before that it serves what is here already, if `at_once`.
  /// False when nothing was, or the loop refused.
  bool begin(bool at_once);
  void on_ready(std::uint32_t events) override;
  /// The blocking call of this connection wants something, or is over.
  void on_call_met();
  /// The app of a detached exchange has posted, completed or woken something.
  void on_news(const DetachedCall& from);
  /// A timer of a detached exchange is due.
  void on_timer();
  /// Closes or answers what has waited too long.
  void check_deadline(std::int64_t now_ms);
  /// Answers one that is too many, before its request, and lets it go: 429 or 503
  /// (RFC 6585 4, RFC 9110 15.6.4). Only right after open().
  void turn_away(unsigned status);
  /// The server stops: an idle connection is served once more if a request is here,
  /// then closed.
  void stop_keeping();
  /// Its app is replaced: a WebSocket ends.
  void retire(const app::Generation& generation);
  /// The stop has waited long enough.
  void abort();

  /// For the thread that is busy with it, in its signal handlers.
  static void describe(const void* connection, WorkNote& note);

  [[nodiscard]] bool is_closed() const { return phase_ == Phase::Closed; }

  [[nodiscard]] bool has_exchange() const;

  // bridge::Carrier for event apps
  std::int64_t read_body(void* to, std::size_t cap) override;
  std::int32_t send(std::size_t n, std::string_view more,
                    std::size_t& more_sent) override;
  [[nodiscard]] bool may_read_more() const override;
  [[nodiscard]] bool blocks() const override;
  [[nodiscard]] bool may_keep_alive(bool is_last) const override;
  std::int64_t peek_body(std::string_view& view, bool may_wait) override;
  void consume_body(std::size_t n) override;
  std::span<const gw_field> body_trailers() override;
  [[nodiscard]] bool is_gone() override;
  bridge::Pending* make_pending() override;
  [[nodiscard]] bool asks_for_websocket() const override;
  std::int32_t accept_websocket(const bridge::WebSocketTerms& terms,
                                gw_ws*& ws) override;

  /// Asked by an app on a pool thread, too.
  [[nodiscard]] bool peer_has_left() const;

  // the Service's notes
  Connection *previous = nullptr, *next = nullptr;  ///< of its list
  std::uint64_t timer_ns = 0;                       ///< when on_timer() is due; 0: not
  AddressKey address = 0;                           ///< it is counted under; 0: not

 private:
  friend class Upgraded;
  using Progress = bridge::Exchange::Progress;

  // What is inline here is called once, in the file that has it: it costs no call.

  // serve_exchange.cpp: the way of a request. Each gives false when it must wait.
  bool advance_once();
  bool serve_next();
  bool route_and_call();
  bool call_when_gathered();
  bool call_app();
  bool after_call(Progress progress);
  bool answer_busy(const char* why, std::string_view after = "Retry-After: 1\r\n");
  bool cut_short();
  bool drain();
  void answer(unsigned status, const char* why, std::string_view more_fields = {});
  void refuse(const http::Rejection& rejection, std::string_view more_fields = {});
  bool begin_call(const site::Match& match);
  [[nodiscard]] inline bool wants_keeping() const;
  void begin_exchange(std::string_view app);
  inline void make_request_id();
  void note_begin(), answer_for_call(unsigned status);
  void note_end(unsigned status), log_access(unsigned status, std::int64_t duration_us);
  void add_details(AccessEntry& entry) const;
  bool finish_exchange();
  void end_lease();

  // detached_exchange.cpp: an exchange that is answered later
  bool wait_detached();
  bool serve_detached();
  bool take_turn(const bridge::Ready& ready);
  [[nodiscard]] bridge::Ready look_around();
  bool give_up();
  bool concludes_on_pool(Progress then);
  bool send_to_pool(BlockingCall::Task task);
  void note_left(), on_left();
  [[nodiscard]] std::uint32_t events_of_detached() const;
  void adopt_pending(DetachedCall*pending), adopt_websocket(WebSocketLink*link);
  void forget_detached();

  // client_identity.cpp: who asks
  bool take_proxy_header();
  void judge_client();
  [[nodiscard]] std::string_view client_address() const;
  [[nodiscard]] bridge::Endpoints endpoints() const;

  // connection.cpp: the socket
  void advance();
  void settle(), rest();
  inline void on_readable();
  void on_hangup();
  bool receive();
  std::int64_t receive_body(char* to, std::size_t cap);
  void continue_if_expected();
  // connection_output.cpp
  bool send_committed();
  std::int32_t send_parts();
  net::IoResult send_next_of_parts();
  void try_receive_wish();
  void try_send_wish();
  [[nodiscard]] std::uint32_t wanted_events() const;
  void update_events(), watch_for(std::uint32_t wanted);
  inline void put_block_away();
  void keep_head_part(), take_block(), wake_block();
  void finish_sending(), close(), lose();
  void cut(), cut_late(), detached_is_late(), call_is_late(), note_stuck(bool is);
  void set_deadline(std::int64_t ms_from_now);
  void keep_pace(std::uint32_t wanted);
  [[nodiscard]] bool is_too_slow(std::int64_t now_ms) const;
  void linger();

  Service& service_;
  net::Stream stream_;
  std::shared_ptr<const ListenerPlace> place_;
  std::unique_ptr<Block> block_;
  std::unique_ptr<Upgraded> upgraded_;  ///< since an app has accepted a WebSocket
  DetachedCall* detached_ = nullptr;    ///< of the exchange; holds a reference
  std::unique_ptr<char[]> kept_;        ///< part of a head, while the block is put away
  std::int64_t deadline_ms_ = 0;        ///< of the phase; 0: none
  std::int64_t linger_end_ms_ = 0;
  std::int64_t begun_us_ = 0;  ///< of the request; 0: there was none
  std::uint32_t kept_size_ = 0, requests_ = 0;
  std::uint32_t number_;             ///< among those of this worker
  std::uint32_t turn_bytes_ = 0;     ///< moved since the loop last came by
  std::uint32_t events_ = 0;         ///< registered with epoll
  std::uint32_t turn_requests_ = 0;  ///< begun since the loop last came by
  std::uint32_t trust_judged_by_ = 0;
  Phase phase_ = Phase::Idle;
  bool peer_ended_ = false;  ///< it sends no more
  bool gone_ = false;        ///< it takes no more
  bool send_waits_ = false;  ///< out holds bytes that the socket did not take
  bool readable_ = false;    ///< there should be more to receive
  bool needs_room_ = false;  ///< the last step stopped for lack of room in out
  bool wants_turn_ = false;  ///< more requests are here; the others come first
  bool late_ = false;        ///< a deadline has passed
  bool has_news_ = false;    ///< of a detached exchange, for its next turn
  std::atomic<bool> has_left_{false};  ///< it has ended its side or is gone
  bool registered_ = false, awaits_proxy_header_ = false;
  bool linger_ = false;      ///< there may be unread bytes: a plain close would reset
  bool is_trusted_ = false;  ///< a proxy that is believed, says the site of this number
  Peer peer_;

 public:
  bool turned_away = false;  // a note of the Service's; here it takes no room
};

}  // namespace appserver::serve
