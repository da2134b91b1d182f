// An exchange that is answered later: its turns, on whichever thread its app runs, and
// how its end is told. gw.async/1, gw.stream/1, gw.timer/1.
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <new>
#include <utility>

#include "serve/connection.hpp"
#include "serve/detached_call.hpp"
#include "serve/serve_exchange.hpp"
#include "serve/service.hpp"
#include "serve/websocket_accept.hpp"

namespace appserver::serve {

bridge::Pending* Connection::make_pending() {
  detached_ = new (std::nothrow) DetachedCall(*this, service_.loop());
  return detached_;
}

/// On its thread the app has detached the exchange; others may have been at it since.
void Connection::adopt_pending(DetachedCall* pending) {
  if (pending == nullptr) return;
  detached_ = pending;
  has_news_ = true;
  if (peer_has_left()) pending->cancel();
}

void Connection::forget_detached() {
  service_.set_timer(*this, 0);
  has_news_ = false;
  std::exchange(detached_, nullptr)->leave();
}

void Connection::on_news(const DetachedCall& from) {
  const WorkScope work(this, &Connection::describe);
  if (&from != detached_ || phase_ == Phase::Closed) return;  // of an exchange before
  has_news_ = true;
  if (phase_ != Phase::Calling) advance();
}

void Connection::on_timer() {
  const WorkScope work(this, &Connection::describe);
  if (detached_ == nullptr || phase_ == Phase::Closed) return;
  has_news_ = true;
  if (phase_ != Phase::Calling) advance();
}

/// The app has let go of its thread. True: look around at once.
bool Connection::wait_detached() {
  phase_ = Phase::Detached;
  needs_room_ = false;
  bridge::Exchange& exchange = block_->exchange;
  if (exchange.head_is_sent()) {
    deadline_ms_ = 0;  // only its client has deadlines now
  } else {
    const std::uint64_t deadline = exchange.peek_environ().deadline_ns;
    deadline_ms_ = static_cast<std::int64_t>(deadline / 1'000'000U);
  }
  service_.set_timer(*this, exchange.detached()->next_timer_ns());
  if (exchange.detached()->wants_readable()) continue_if_expected();
  return true;
}

/// What there is to tell to an app that waits.
bridge::Ready Connection::look_around() {
  bridge::Ready ready;
  bridge::Exchange& exchange = block_->exchange;
  const bridge::Detached& waits = *exchange.detached();
  if (waits.wants_readable()) {
    std::string_view view;
    const std::int64_t n = peek_body(view, false);
    if (block_->body.is_done()) {
      if (peer_ended_ || peer_has_left()) ready.readable = GW_E_GONE;
    } else if (n != GW_E_AGAIN) {
      ready.readable = GW_OK;
    }
  }
  const bool has_room = block_->out.room() >= bridge::Exchange::kOutCapacity / 2;
  const bool is_free = has_room && !send_waits_ && !exchange.has_parts();
  if (waits.wants_writable() && is_free) ready.writable = GW_OK;
  return ready;
}

bool Connection::serve_detached() {
  wake_block();
  const bool has_output = !block_->out.empty() || block_->exchange.has_parts();
  if (has_output && !send_waits_) send_committed();
  if (gone_) return false;
  if (block_->exchange.is_aborted()) return after_call(Progress::Aborted);
  const bridge::Ready ready = look_around();
  if (has_news_ || ready.has_any()) return take_turn(ready);
  // In settle() what waits for room may get it, and then no event would come for it.
  needs_room_ = block_->exchange.detached()->wants_writable();
  return false;
}

bool Connection::take_turn(const bridge::Ready& ready) {
  has_news_ = false;
  if (!block_->generation->has_flag(GW_BLOCKING)) {
    return after_call(block_->exchange.take_turn(ready));
  }
  block_->call.set_ready(ready);
  deadline_ms_ = 0;
  if (send_to_pool(BlockingCall::Task::Turn)) return false;
  return after_call(block_->exchange.take_turn(ready));
}

/// False when no thread takes it: the pool is ending, or was full before the call.
bool Connection::send_to_pool(BlockingCall::Task task) {
  const Phase before = phase_;
  phase_ = Phase::Calling;
  block_->call.prepare(*this, *block_, service_.loop(), task);
  block_->call.set_peer_ended(peer_ended_);
  if (block_->request.upgrades_to_websocket) {
    block_->call.set_websocket(websocket_options(service_.site().settings.websockets));
  }
  app::ThreadPool& threads = *block_->generation->threads;
  const bool taken = task == BlockingCall::Task::Call
                         ? threads.submit(block_->call)
                         : threads.submit_next(block_->call);
  if (taken) return true;
  phase_ = before == Phase::Gathering ? Phase::Streaming : before;
  block_->exchange.carry(*this);
  return false;
}

/// The app of a detached exchange is late.
bool Connection::give_up() {
  if (block_->generation->has_flag(GW_BLOCKING) &&
      send_to_pool(BlockingCall::Task::GiveUp)) {
    return false;
  }
  return after_call(block_->exchange.give_up());
}

/// What a blocking app is told at the end, it is told on one of its threads. True: that
/// comes first, and `then` is asked for again.
bool Connection::concludes_on_pool(Progress then) {
  if (block_->generation == nullptr || !block_->generation->has_flag(GW_BLOCKING) ||
      !block_->exchange.has_conclusion()) {
    return false;
  }
  block_->call.set_progress(then);
  return send_to_pool(BlockingCall::Task::Conclude);
}

std::int64_t Connection::peek_body(std::string_view& view, bool) {
  const std::int64_t n = block_->body.peek(block_->in, view);
  if (n > 0) block_->body.wants_continue = false;
  if (n != GW_E_AGAIN) return n;
  return peer_ended_ ? GW_E_GONE : GW_E_AGAIN;
}

void Connection::consume_body(std::size_t n) {
  block_->body.consume(block_->in, n);
}

std::span<const gw_field> Connection::body_trailers() {
  return block_->body.trailers();
}

/// While an event app computes nobody looks at its socket but this.
bool Connection::is_gone() {
  if (gone_ || peer_ended_ || peer_has_left()) return true;
  pollfd socket{stream_.fd(), POLLRDHUP, 0};
  if (::poll(&socket, 1, 0) > 0) note_left();
  return peer_has_left();
}

/// The client has ended its side; it may still read.
void Connection::on_left() {
  note_left();
  if (phase_ == Phase::Detached) return advance();
  update_events();  // said once
}

std::uint32_t Connection::events_of_detached() const {
  const bool wants_body =
      block_->exchange.wants_body() && !block_->body.is_received() && !peer_ended_;
  return (wants_body && block_->in.can_make_room() && !send_waits_ ? EPOLLIN : 0U) |
         (peer_has_left() ? 0U : EPOLLRDHUP) | (send_waits_ ? EPOLLOUT : 0U);
}

void Connection::note_left() {
  has_left_.store(true, std::memory_order_relaxed);
  if (detached_ != nullptr) detached_->cancel();
}

}  // namespace appserver::serve
