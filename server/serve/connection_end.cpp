// The ways a connection ends: a deadline, a stop, the last answer, a cut.
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"
#include "serve/upgraded.hpp"

namespace appserver::serve {
namespace {

// A client that still sends when it is refused gets so long to read why: nginx's
// lingering_time, and lingering_timeout for each pause.
constexpr std::int64_t kLingerMs = 30'000;
constexpr std::int64_t kLingerPauseMs = 5'000;
// One that was late, or is one too many, must not hold its place much longer.
constexpr std::int64_t kShortLingerMs = 1'000;
constexpr std::int64_t kFirstRequestMs = 1'000;  // of a new connection while we stop

}  // namespace

/// The clocks of client_body_min_rate and send_min_rate run while we wait for the peer:
/// for the body that it owes, for room to send.
void Connection::keep_pace(std::uint32_t wanted) {
  const std::int64_t now = service_.loop().now_ms();
  const bool owes_body = phase_ >= Phase::Gathering && phase_ <= Phase::Draining;
  block_->body_pace.set_waiting(owes_body && (wanted & EPOLLIN) != 0, now);
  block_->send_pace.set_waiting((wanted & EPOLLOUT) != 0, now);
}

bool Connection::is_too_slow(std::int64_t now_ms) const {
  if (!block_) return false;
  const config::Settings& settings = service_.site().settings;
  const std::int64_t grace = settings.timeouts.min_rate_grace.count();
  return block_->body_pace.is_too_slow({settings.limits.body_min_rate, grace},
                                       now_ms) ||
         block_->send_pace.is_too_slow({settings.limits.send_min_rate, grace}, now_ms);
}

void Connection::check_deadline(std::int64_t now_ms) {
  const WorkScope work(this, &Connection::describe);
  if (phase_ == Phase::WebSocket) return upgraded_->tick(now_ms);
  const bool waited = deadline_ms_ != 0 && now_ms >= deadline_ms_;
  if (!waited && !is_too_slow(now_ms)) return;
  deadline_ms_ = 0;
  late_ = phase_ != Phase::Calling ||
          block_->call.wish() != BlockingCall::Wish::None;  // else it is the app
  switch (phase_) {
    case Phase::Idle:
      if (send_waits_) return cut();
      return close();
    case Phase::Lingering:
      return close();
    case Phase::Head:
      if (send_waits_) return cut();
      if (awaits_proxy_header_) return close();
      take_block();
      block_->head = {};
      block_->request = {};
      refuse({408, "the request head took too long"});
      return settle();
    case Phase::Gathering:
      if (send_waits_) return static_cast<void>(after_call(Progress::Aborted));
      refuse({408, "the request body took too long"});
      return settle();
    case Phase::Calling:
      if (block_->call.wish() != BlockingCall::Wish::None) {
        block_->body_pace.set_waiting(false, now_ms);
        block_->send_pace.set_waiting(false, now_ms);
        block_->call.reply(GW_E_TIMEOUT);
      } else {
        call_is_late();
      }
      return;
    case Phase::Streaming:
      if (!block_->exchange.head_is_sent() && !send_waits_) {
        refuse({408, "the request body took too long"});
        return settle();
      }
      return cut_late();
    case Phase::Detached:
      return detached_is_late();
    case Phase::Draining:
    case Phase::Closing:
      return cut();
    case Phase::WebSocket:
    case Phase::Closed:
      return;
  }
}

/// Bytes have left: only cutting the connection keeps the answer from looking complete.
void Connection::cut_late() {
  block_->exchange.refuse_more(GW_E_TIMEOUT);
  if (concludes_on_pool(Progress::Aborted)) return;
  note_end(send_waits_ || peer_ended_ ? 499 : block_->exchange.status());
  end_lease();
  cut();
}

/// Either its client takes nothing, or its app does not answer.
void Connection::detached_is_late() {
  wake_block();
  if (send_waits_) return cut_late();
  late_ = false;
  if (give_up()) return advance();
  if (phase_ != Phase::Closed) settle();
}

// ---- the ways it ends ----

/// The exchange is over, for its app and for those around it.
void Connection::end_lease() {
  if (upgraded_) upgraded_.reset();  // its call has failed
  block_->exchange.conclude();
  if (detached_ != nullptr) forget_detached();
  block_->body.forget_stored();
  if (block_->generation == nullptr) return;
  app::Generation& generation = *std::exchange(block_->generation, nullptr);
  if (!block_->chain.empty()) {
    block_->chain.pop_back();  // the app itself
    for (app::Generation* member : block_->chain) service_.lease_ended(*member);
    block_->chain.clear();
  }
  service_.exchange_ended(generation);
}

void Connection::stop_keeping() {
  const WorkScope work(this, &Connection::describe);
  constexpr std::uint16_t kGoingAway = 1001;
  if (phase_ == Phase::WebSocket) return upgraded_->end(kGoingAway);
  if (phase_ != Phase::Idle) return;
  const std::int64_t kept_ms = service_.idle_until_ms() - service_.loop().now_ms();
  if (kept_ms > 0 && !send_waits_) return set_deadline(kept_ms);
  take_block();
  receive();
  advance();
  // Who has just connected may have a request on the way; it gets a moment for it.
  if (phase_ == Phase::Idle && !send_waits_) set_deadline(kFirstRequestMs);
}

void Connection::abort() {
  const WorkScope work(this, &Connection::describe);
  if (phase_ == Phase::Calling) {
    gone_ = true;  // the thread cannot be stopped; it finds out when it next asks
    if (block_->call.wish() != BlockingCall::Wish::None) block_->call.reply(GW_E_GONE);
    return;
  }
  if (phase_ == Phase::WebSocket) {
    upgraded_->abandon();
  } else if (has_exchange()) {
    wake_block();
    block_->exchange.abandon(GW_E_GONE);  // the last moment: also of a blocking app
    note_end(block_->exchange.status());
    end_lease();
  }
  cut();
}

/// The last answer has left. A close with unread bytes would reset the connection and
/// take the answer with it, so where there may be some, the peer is let finish first.
void Connection::finish_sending() {
  if (!linger_ || peer_ended_) return close();
  stream_.shutdown_send();
  phase_ = Phase::Lingering;
  const std::int64_t now = service_.loop().now_ms();
  linger_end_ms_ = now + (late_ || turned_away ? kShortLingerMs : kLingerMs);
  deadline_ms_ = std::min(linger_end_ms_, now + kLingerPauseMs);
  if (block_) service_.blocks().give(std::move(block_));
  update_events();
}

/// Throws away what the peer still sends.
void Connection::linger() {
  std::array<char, 16384> nowhere;
  const auto got = stream_.receive(nowhere.data(), nowhere.size());
  if (got.io == net::Io::End || got.io == net::Io::Failed) return close();
  deadline_ms_ = std::min(linger_end_ms_, service_.loop().now_ms() + kLingerPauseMs);
}

void Connection::turn_away(unsigned status) {
  take_block();
  block_->head = {};
  block_->request = {};
  refuse({static_cast<std::uint16_t>(status), "too many connections"},
         "Retry-After: 1\r\n");
  settle();
}

/// The peer left before its answer.
void Connection::lose() {
  if (has_exchange()) {
    wake_block();
    block_->exchange.refuse_more(GW_E_GONE);
    if (concludes_on_pool(Progress::Aborted)) return;
    note_end(499);
    end_lease();
  }
  cut();
}

void Connection::cut() {
  if (phase_ == Phase::Closed) return;
  // What a client does not take would stay with the system for minutes, megabytes of
  // it.
  const bool takes_nothing = late_ && send_waits_;
  const bool reset = takes_nothing || (block_ && block_->exchange.must_reset());
  if (registered_) service_.loop().remove(stream_.fd());
  registered_ = false;
  if (reset) stream_.reset();
  close();
}

void Connection::close() {
  if (phase_ == Phase::Closed) return;
  if (block_) service_.blocks().give(std::move(block_));
  stream_.close();  // the last reference: epoll forgets it too
  phase_ = Phase::Closed;
  service_.connection_closed(*this);
}

}  // namespace appserver::serve
