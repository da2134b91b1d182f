// An exchange of a blocking app, on a thread of the app's pool. While it runs, the
// block of the connection belongs to that thread; the socket stays with the I/O thread.
// Where the app needs the socket it meets the I/O thread: one waits while the other
// works, so nothing is shared.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <semaphore>
#include <string_view>
#include <utility>

#include "app/thread_pool.hpp"
#include "bridge/exchange.hpp"
#include "net/event_loop.hpp"
#include "net/websocket_session.hpp"

namespace appserver::serve {

class Connection;
class DetachedCall;
class WebSocketLink;
struct Block;

class BlockingCall final : public bridge::Carrier,
                           public app::ThreadPool::Job,
                           public net::Posted {
 public:
  /// What its thread is asked to do.
  enum class Task : unsigned char {
    Call,      ///< the app's call
    Turn,      ///< of a detached exchange
    GiveUp,    ///< the app did not answer in its time
    Conclude,  ///< tell it that the exchange is over
  };

  /// Expired: the app's time was over before a thread was free, and it was not called.
  enum class Wish : unsigned char { None, Send, Receive, Finished, Expired };

  void prepare(Connection& connection, Block& block, net::EventLoop& loop, Task task);

  /// For a Turn.
  void set_ready(const bridge::Ready& ready) { ready_ = ready; }

  /// For Conclude: what comes then.
  void set_progress(bridge::Exchange::Progress progress) { progress_ = progress; }

  /// Has its client ended its side, and all that it sent been received? Then a body
  /// that is not whole is cut.
  void set_peer_ended(bool ended) { peer_ended_ = ended; }

  /// For a request that asks for a WebSocket.
  void set_websocket(const net::WebSocketOptions& options) { websocket_ = options; }

  // What happens to a call that takes longer than it may. Threads: the I/O thread.

  /// When its time is over; 0: never, or it has been said.
  [[nodiscard]] std::int64_t deadline_ms() const { return deadline_ms_; }

  void forget_deadline() { deadline_ms_ = 0; }

  /// Has a thread taken it?
  [[nodiscard]] bool has_begun() const { return thread_.load() != 0; }

  /// The thread that has it, to be asked where it stands.
  [[nodiscard]] int thread() const { return thread_.load(); }

  /// While it waits for the I/O thread: may its head have left?
  void note_head(bool is_sent) { head_may_have_left_ = is_sent; }

  [[nodiscard]] bool head_may_have_left() const { return head_may_have_left_; }

  /// It holds its thread past its time, until take_stuck(); true: it did.
  void set_stuck() { is_stuck_ = true; }

  bool take_stuck() { return std::exchange(is_stuck_, false); }

  /// The client has been answered for it, and the exchange is counted.
  void set_answered_for() { is_answered_for_ = true; }

  bool take_answered_for() { return std::exchange(is_answered_for_, false); }

  // on the pool's thread
  void run() override;
  std::int64_t read_body(void* to, std::size_t cap) override;
  std::int32_t send(std::size_t n, std::string_view more,
                    std::size_t& more_sent) override;

  [[nodiscard]] bool may_read_more() const override { return false; }

  [[nodiscard]] bool blocks() const override { return true; }

  [[nodiscard]] bool may_keep_alive(bool is_last) const override;
  std::int64_t peek_body(std::string_view& view, bool may_wait) override;
  void consume_body(std::size_t n) override;
  std::span<const gw_field> body_trailers() override;
  [[nodiscard]] bool is_gone() override;
  bridge::Pending* make_pending() override;
  [[nodiscard]] bool asks_for_websocket() const override;
  std::int32_t accept_websocket(const bridge::WebSocketTerms& terms,
                                gw_ws*& ws) override;

  // on the I/O thread
  void run_on_loop() override;

  [[nodiscard]] Wish wish() const { return wish_; }

  [[nodiscard]] bool is_over() const {
    return wish_ == Wish::Finished || wish_ == Wish::Expired;
  }

  // of the wish Send
  [[nodiscard]] std::size_t send_size() const { return send_size_; }

  [[nodiscard]] std::string_view send_more() const { return send_more_; }

  [[nodiscard]] std::size_t& send_more_sent() { return send_more_sent_; }

  [[nodiscard]] bridge::Exchange::Progress progress() const { return progress_; }

  /// What the app has detached meanwhile, null if nothing; the connection's from now
  /// on.
  [[nodiscard]] DetachedCall* take_pending() {
    return std::exchange(made_pending_, nullptr);
  }

  /// The same of a WebSocket that it has accepted.
  [[nodiscard]] WebSocketLink* take_websocket() {
    return std::exchange(made_link_, nullptr);
  }

  /// Lets the app's thread go on. Send: GW_OK when bytes left. Receive: GW_OK when
  /// bytes came.
  void reply(std::int32_t result);

 private:
  std::int32_t meet(Wish wish);
  [[nodiscard]] bool do_task();
  void forget_websocket();

  Connection* connection_ = nullptr;
  Block* block_ = nullptr;
  DetachedCall* made_pending_ = nullptr;
  WebSocketLink* made_link_ = nullptr;
  net::WebSocketOptions websocket_;
  net::EventLoop* loop_ = nullptr;
  Task task_ = Task::Call;
  bool peer_ended_ = false, head_may_have_left_ = false;
  bool is_stuck_ = false, is_answered_for_ = false;
  std::int64_t deadline_ms_ = 0;
  std::atomic<int> thread_{0};  ///< since it has begun
  bridge::Ready ready_;
  Wish asked_ = Wish::None;  ///< the pool thread's; read on the loop after its post
  Wish wish_ = Wish::None;   ///< the same, once the I/O thread has heard of it
  std::size_t send_size_ = 0, send_more_sent_ = 0;
  std::string_view send_more_;
  std::int32_t reply_ = 0;
  bridge::Exchange::Progress progress_{};
  std::binary_semaphore replied_{0};
};

}  // namespace appserver::serve
