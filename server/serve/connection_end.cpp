// The ways a connection ends: a deadline, a stop, the last answer, a cut.
#include <utility>

#include "base/log.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

constexpr std::int64_t kLingerMs = 5'000;        // nginx's lingering_timeout
constexpr std::int64_t kFirstRequestMs = 1'000;  // of a new connection while we stop

}  // namespace

void Connection::check_deadline(std::int64_t now_ms) {
  if (deadline_ms_ == 0 || now_ms < deadline_ms_) return;
  deadline_ms_ = 0;
  switch (phase_) {
    case Phase::Idle:
      if (send_waits_) return cut();
      return close();
    case Phase::Lingering:
      return close();
    case Phase::Head:
      if (send_waits_) return cut();
      take_block();
      block_->head = {};
      block_->request = {};
      refuse({408, "the request head took too long"});
      return settle();
    case Phase::Gathering:
      refuse({408, "the request body took too long"});
      return settle();
    case Phase::Calling:
      if (block_->call.wish() != BlockingCall::Wish::None) {
        block_->call.reply(GW_E_TIMEOUT);
      } else if (!std::exchange(slow_call_reported_, true)) {
        log::warning(block_->generation->spec_text() + " " +
                     std::string(block_->head.method) + " " +
                     std::string(block_->head.target) + " runs past its timeout");
      }
      return;
    case Phase::Streaming:
      if (!block_->exchange.head_is_sent() && !send_waits_) {
        refuse({408, "the request body took too long"});
        return settle();
      }
      block_->exchange.abandon(GW_E_TIMEOUT);
      log_access(send_waits_ || peer_ended_ ? 499 : block_->exchange.status());
      end_lease();
      return cut();
    case Phase::Draining:
    case Phase::Closing:
      return cut();
    case Phase::Closed:
      return;
  }
}

// ---- the ways it ends ----

void Connection::stop_keeping() {
  if (phase_ != Phase::Idle) return;
  take_block();
  receive();
  advance();
  // Who has just connected may have a request on the way; it gets a moment for it.
  if (phase_ == Phase::Idle) set_deadline(kFirstRequestMs);
}

void Connection::abort() {
  if (phase_ == Phase::Calling) {
    gone_ = true;  // the thread cannot be stopped; it finds out when it next asks
    if (block_->call.wish() != BlockingCall::Wish::None) block_->call.reply(GW_E_GONE);
    return;
  }
  if (has_exchange()) {
    block_->exchange.abandon(GW_E_GONE);
    log_access(block_->exchange.status());
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
  set_deadline(kLingerMs);
  if (block_) service_.blocks().give(std::move(block_));
  update_events();
}

void Connection::cut() {
  if (phase_ == Phase::Closed) return;
  const bool reset = block_ && block_->exchange.must_reset();
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
