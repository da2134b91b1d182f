#include "serve/blocking_call.hpp"

#include <new>
#include <string>

#include "base/clock.hpp"
#include "base/thread_signals.hpp"
#include "bridge/app_call.hpp"
#include "serve/block.hpp"
#include "serve/connection.hpp"
#include "serve/detached_call.hpp"
#include "serve/serve_exchange.hpp"
#include "serve/websocket_accept.hpp"
#include "serve/websocket_link.hpp"

namespace appserver::serve {

void BlockingCall::prepare(Connection& connection, Block& block, net::EventLoop& loop,
                           Task task) {
  connection_ = &connection;
  block_ = &block;
  loop_ = &loop;
  task_ = task;
  wish_ = Wish::None;
  thread_.store(0);
  head_may_have_left_ = false;
  deadline_ms_ = task == Task::Call
                     ? static_cast<std::int64_t>(
                           block.exchange.peek_environ().deadline_ns / 1'000'000U)
                     : 0;
  block.exchange.carry(*this);
}

/// False when the app's time was over before a thread was free for it.
bool BlockingCall::do_task() {
  const WorkScope work(connection_, &Connection::describe);
  thread_.store(this_thread_id());
  bridge::Exchange& exchange = block_->exchange;
  switch (task_) {
    case Task::Call: {
      const std::uint64_t deadline = exchange.peek_environ().deadline_ns;
      if (deadline != 0 && monotonic_now_ns() >= deadline) return false;
      progress_ = call_and_finish(exchange, *block_->generation);
      break;
    }
    case Task::Turn:
      progress_ = exchange.take_turn(ready_);
      break;
    case Task::GiveUp:
      progress_ = exchange.give_up();
      break;
    case Task::Conclude:
      break;
  }
  using Progress = bridge::Exchange::Progress;
  if (progress_ == Progress::Upgraded) {
    made_link_->keep(exchange.hand_over_extras());
  } else {
    forget_websocket();
  }
  if (progress_ == Progress::Failed) progress_ = answer_failure(*block_);
  // What the app is told at the end it is told here, where it may block.
  const bool is_through = progress_ == Progress::Ended && !exchange.has_parts();
  if (is_through || progress_ == Progress::Aborted) {
    exchange.conclude();
  }
  return true;
}

void BlockingCall::run() {
  asked_ = do_task() ? Wish::Finished : Wish::Expired;
  loop_->post(*this);  // the block may be the next request's before this returns
}

std::int32_t BlockingCall::meet(Wish wish) {
  asked_ = wish;
  loop_->post(*this);
  replied_.acquire();
  return reply_;
}

void BlockingCall::reply(std::int32_t result) {
  wish_ = Wish::None;
  reply_ = result;
  replied_.release();
}

std::int32_t BlockingCall::send(std::size_t n, std::string_view more,
                                std::size_t& more_sent) {
  send_size_ = n;
  send_more_ = more;
  send_more_sent_ = 0;
  const std::int32_t sent = meet(Wish::Send);
  more_sent = send_more_sent_;
  return sent;
}

std::int64_t BlockingCall::read_body(void* to, std::size_t cap) {
  while (true) {
    const std::int64_t n = block_->body.take(block_->in, static_cast<char*>(to), cap);
    if (n != GW_E_AGAIN) return n;
    const std::int32_t received = meet(Wish::Receive);
    if (received != GW_OK) return received;
  }
}

bool BlockingCall::may_keep_alive(bool is_last) const {
  return connection_->may_keep_alive(is_last);
}

std::int64_t BlockingCall::peek_body(std::string_view& view, bool may_wait) {
  while (true) {
    const std::int64_t n = block_->body.peek(block_->in, view);
    if (n != GW_E_AGAIN) return n;
    if (!may_wait) return peer_ended_ ? GW_E_GONE : GW_E_AGAIN;
    const std::int32_t received = meet(Wish::Receive);
    if (received != GW_OK) return received;
  }
}

void BlockingCall::consume_body(std::size_t n) {
  block_->body.consume(block_->in, n);
}

std::span<const gw_field> BlockingCall::body_trailers() {
  return block_->body.trailers();
}

bool BlockingCall::is_gone() {
  return connection_->peer_has_left();
}

bridge::Pending* BlockingCall::make_pending() {
  made_pending_ = new (std::nothrow) DetachedCall(*connection_, *loop_);
  return made_pending_;
}

bool BlockingCall::asks_for_websocket() const {
  return connection_->asks_for_websocket();
}

std::int32_t BlockingCall::accept_websocket(const bridge::WebSocketTerms& terms,
                                            gw_ws*& ws) {
  const std::int32_t accepted =
      serve::accept_websocket(*block_, terms, *loop_, websocket_, made_link_);
  if (accepted == GW_OK) ws = made_link_;
  return accepted;
}

/// The call that accepted it has failed: its app is told here, where it may block.
void BlockingCall::forget_websocket() {
  WebSocketLink* const link = take_websocket();
  if (link == nullptr) return;
  link->end_unopened();
  link->release();  // it has neither session nor connection to leave
}

void BlockingCall::run_on_loop() {
  wish_ = asked_;
  connection_->on_call_met();
}

}  // namespace appserver::serve
