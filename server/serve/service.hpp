// What one I/O thread serves: its listeners, its connections, the site in force.
// Everything in it belongs to that thread.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "board/scoreboard.hpp"
#include "http/date.hpp"
#include "http/prepared_fields.hpp"
#include "net/event_loop.hpp"
#include "net/stream.hpp"
#include "net/websocket_session.hpp"
#include "serve/access_log.hpp"
#include "serve/address_count.hpp"
#include "serve/block.hpp"
#include "serve/exchange_timers.hpp"
#include "site/site.hpp"

namespace appserver::serve {

class Connection;
class Service;

/// A listening socket and what environs say of it. The descriptor stays the
/// supervisor's.
struct ListenerPlace {
  int fd = -1;
  std::string host, port;
};

class Service final : public net::LoopHooks {
 public:
  /// `loop`, `access` and `seat`, of which no other process writes, outlive the
  /// service. `site` is published at once.
  Service(net::EventLoop& loop, AccessLog& access, board::Seat& seat,
          std::shared_ptr<const site::Site> site);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  /// Starts accepting from a listener. False when the loop refuses it.
  bool listen(const ListenerPlace& place);
  /// Leaves a listener to others.
  void leave(int fd);

  /// Serves `site` from the next request on. Generations that are no longer used are
  /// given to `on_retired` when their last exchange is over.
  void publish(std::shared_ptr<const site::Site> site);
  std::function<void(std::shared_ptr<app::Generation>)> on_retired;

  /// From now on each answer ends its connection; new ones are accepted as before.
  void begin_drain() { draining_.store(true, std::memory_order_relaxed); }

  /// Takes what is queued in the listeners, stops listening, finishes what runs; then
  /// stops the loop. After `deadline` ms what still runs is cut.
  /// Connections without a request are closed, or for another `idle_ms` answered once
  /// more: a client that keeps its connection busy then never meets a closed one.
  void begin_stop(std::int64_t deadline_ms, std::int64_t idle_ms = 0);

  /// Until when such connections are kept while we stop.
  [[nodiscard]] std::int64_t idle_until_ms() const { return idle_until_ms_; }

  void stop_now();

  // for connections
  [[nodiscard]] const site::Site& site() const { return *site_; }

  /// Another one for each site that was published, never 0.
  [[nodiscard]] std::uint32_t site_number() const { return site_number_; }

  [[nodiscard]] net::EventLoop& loop() { return loop_; }

  [[nodiscard]] BlockPool& blocks() { return blocks_; }

  [[nodiscard]] AccessLog& access() { return access_; }

  /// Where all is counted.
  [[nodiscard]] board::Seat& seat() { return seat_; }

  [[nodiscard]] http::DateCache& date() { return date_; }

  /// Threads: any.
  [[nodiscard]] bool is_stopping() const {
    return stopping_.load(std::memory_order_relaxed);
  }

  /// May a connection outlive its answer? Threads: any.
  [[nodiscard]] bool keeps_connections() const {
    return !is_stopping() && !draining_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool has_siblings() const { return site_->settings.workers != 1; }

  [[nodiscard]] std::int64_t unix_s() const { return loop_.unix_s(); }

  /// "Server: appserver\r\nDate: ...\r\n" of this second.
  const http::PreparedFields& prepared_fields();

  /// What all WebSockets of this thread share; costs descriptors, from the first on.
  net::WebSocketServices& websockets();

  /// 16 hex digits of this process's seed and 16 of a count: unique and cheap, no
  /// secret.
  const std::array<char, 32>& next_request_id();
  /// An exchange of an app begins; it holds a lease of its generation.
  void exchange_begins(app::Generation& generation);
  /// It is over.
  void exchange_ended(app::Generation& generation);
  /// A layer around it has its lease no more.
  void lease_ended(app::Generation& generation);
  void connection_closed(Connection& connection);

  /// When its detached exchange wants a turn, CLOCK_MONOTONIC; 0: no more.
  void set_timer(Connection& connection, std::uint64_t when_ns) {
    timers_.set(connection, when_ns);
  }

  // net::LoopHooks
  void before_batch(std::int64_t now_us) override;
  void after_batch(std::int64_t now_ms) override;
  void on_tick(std::int64_t now_ms) override;

  [[nodiscard]] std::size_t connection_count() const { return count_; }

  [[nodiscard]] std::uint64_t cut_count() const { return cut_; }

 private:
  class Acceptor;

  // accept.cpp
  void accept_from(Acceptor& acceptor, int most);
  void accept_batch(Acceptor& acceptor, int most);
  void begin_accepted();
  net::Stream accept_with_reserve(const Acceptor& acceptor, sockaddr_storage& address);
  void take_in(net::Stream stream, const sockaddr_storage& address,
               const Acceptor& acceptor, bool from_reserve);
  void let_go(Connection& connection);
  void pause_accepting(bool pause);
  void keep_reserve();

  void sweep(std::int64_t now_ms);
  void close_idle();
  void count_states();
  void retire_unused();
  void update_tick();

  net::EventLoop& loop_;
  AccessLog& access_;
  board::Seat& seat_;
  std::shared_ptr<const site::Site> site_;
  std::uint32_t site_number_ = 1;
  BlockPool blocks_;
  http::DateCache date_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::vector<std::unique_ptr<Acceptor>> left_;  ///< freed as closed_ is
  std::vector<std::shared_ptr<app::Generation>> retiring_;
  std::vector<Connection*> accepted_;  ///< of this batch, to be begun
  int early_ = 1;                      ///< > 0: requests come with their connections
  unsigned begun_ = 0;
  std::vector<Connection*> closed_;  ///< freed after the batch that may still name them
  Connection* first_ = nullptr;
  Connection* reserve_holder_ = nullptr;  ///< has the reserve's place while it is told
  UniqueFd reserve_;  ///< for one more client than there is room for
  std::unique_ptr<net::WebSocketServices> websockets_;
  AddressCount addresses_;
  ExchangeTimers timers_;
  std::size_t count_ = 0, turned_away_ = 0;
  std::int64_t prepared_second_ = -1, stop_deadline_ms_ = 0, idle_until_ms_ = 0;
  std::uint64_t cut_ = 0;
  std::array<char, 32> request_id_{};
  int sweep_ms_ = 1000;
  std::atomic<bool> stopping_{false};  ///< written by the I/O thread
  std::atomic<bool> draining_{false};  ///< the same
  std::int64_t next_sweep_ms_ = 0, shortage_said_ms_ = INT64_MIN / 2;
  bool paused_ = false;
  bool is_short_ = false;  ///< of descriptors, and the reserve is in use
  http::PreparedFields prepared_;
};

}  // namespace appserver::serve
