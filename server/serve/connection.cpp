// What sockets do to a connection: readiness, back-pressure, deadlines, and the ways it
// ends.
#include "serve/connection.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "http/short_answer.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

constexpr std::size_t kSmallestRead = 4096;    // less room than this: compact first
constexpr std::size_t kDirectRead = 4 * 1024;  // smaller: served from the block

}  // namespace

Connection::Connection(Service& service, net::Stream stream, const Peer& peer,
                       std::shared_ptr<const ListenerPlace> place)
    : service_(service),
      stream_(std::move(stream)),
      place_(std::move(place)),
      number_(service.access().next_connection()),
      peer_(peer) {}

void Connection::open() {
  events_ = EPOLLIN;
  const config::Settings& settings = service_.site().settings;
  awaits_proxy_header_ = settings.proxies.protocol != config::ProxyProtocol::Off;
  set_deadline(settings.timeouts.head.count());
}

/// A request that came with its connection costs no epoll_ctl where the answer ends it.
bool Connection::begin(bool at_once) {
  const WorkScope work(this, &Connection::describe);
  bool was_here = false;
  if (at_once) {
    take_block();
    was_here = receive();
    if (was_here || peer_ended_ || gone_) {
      advance();
    } else {
      service_.blocks().give(std::move(block_));
    }
  }
  if (phase_ == Phase::Closed) return was_here;
  registered_ = service_.loop().add(stream_.fd(), events_, *this);
  if (!registered_) abort();
  return was_here && registered_;
}

void Connection::on_ready(std::uint32_t events) {
  const WorkScope work(this, &Connection::describe);
  if (phase_ >= Phase::WebSocket) {
    if (phase_ == Phase::WebSocket) upgraded_->on_ready(events);
    return;
  }
  turn_bytes_ = turn_requests_ = 0;
  wants_turn_ = false;
  if ((events & EPOLLRDHUP) != 0) on_left();
  if ((events & EPOLLIN) != 0) on_readable();
  // Without a block nothing waits: what came in has finished what was to be sent.
  if ((events & EPOLLOUT) != 0 && block_) {
    if (phase_ == Phase::Calling) {
      try_send_wish();
    } else {
      send_committed();
      advance();
    }
  }
  const bool hung_up = (events & (EPOLLHUP | EPOLLERR)) != 0 && (events & EPOLLIN) == 0;
  if (hung_up && phase_ != Phase::Closed) on_hangup();
}

void Connection::on_readable() {
  switch (phase_) {
    case Phase::Calling:
      if (block_->call.wish() == BlockingCall::Wish::Receive) {
        try_receive_wish();
      } else {
        update_events();  // the bytes wait until the app asks for them
      }
      return;
    case Phase::Lingering:
      return linger();
    case Phase::Streaming:
      if (block_->body.direct_size(block_->in) > 0) {
        readable_ = true;  // the app's next read receives
        advance();
        if (!readable_ || phase_ != Phase::Streaming) return;
      }
      [[fallthrough]];
    default:
      take_block();
      if (receive() || peer_ended_ || gone_) advance();
  }
}

/// The peer is gone altogether. An app on a pool thread learns it when it next asks.
void Connection::on_hangup() {
  gone_ = peer_ended_ = true;
  note_left();
  if (phase_ != Phase::Calling) {
    advance();
    return;
  }
  service_.loop().remove(stream_.fd());  // the event would come again and again
  registered_ = false;
  if (block_->call.wish() != BlockingCall::Wish::None) block_->call.reply(GW_E_GONE);
}

/// One recv into the block. False when nothing came.
bool Connection::receive() {
  ReceiveBuffer& in = block_->in;
  if (in.room() < kSmallestRead) in.compact();
  if (in.room() == 0) {
    update_events();
    return true;
  }
  const std::size_t room = in.room();
  const auto got = stream_.receive(in.back(), room);
  readable_ = got.size == room;
  switch (got.io) {
    case net::Io::Done:
      in.grew(got.size);
      block_->body_pace.moved(got.size, service_.loop().now_ms());
      return true;
    case net::Io::Again:
      return false;
    case net::Io::Failed:
      gone_ = true;
      [[fallthrough]];
    case net::Io::End:
      peer_ended_ = true;
      return false;
  }
  return false;
}

void Connection::advance() {
  while (!gone_ && advance_once()) {
  }
  settle();
}

/// After all that can be done now: send, then decide what to wait for.
void Connection::settle() {
  if (phase_ == Phase::WebSocket) return upgraded_->on_news();
  if (phase_ >= Phase::Lingering) return;
  if (phase_ == Phase::Calling) return update_events();
  const bool has_parts = block_ && block_->exchange.has_parts();
  if (block_ && (!block_->out.empty() || has_parts) && !gone_) send_committed();
  // What waited for room may have it now, and then no event would come for it.
  if (std::exchange(needs_room_, false) && !send_waits_ && !gone_) return advance();
  if (gone_) return lose();
  if (phase_ == Phase::Closing && !send_waits_) return finish_sending();
  const bool between = phase_ == Phase::Idle || phase_ == Phase::Head;
  if (between && !send_waits_ && !wants_turn_) return rest();
  if (phase_ == Phase::Streaming && block_ && peer_ended_ && !send_waits_ &&
      !block_->body.is_received()) {
    // Reads the cut body, and fails.
    if (after_call(block_->exchange.pull())) return advance();
    if (phase_ != Phase::Closed) settle();
    return;
  }
  if (between || phase_ == Phase::Closing || (phase_ == Phase::Detached && send_waits_))
    set_deadline(service_.site().settings.timeouts.send.count());
  if (phase_ == Phase::Detached) service_.blocks().put_to_sleep(*block_);
  update_events();
}

/// Between two requests, and all has been sent.
void Connection::rest() {
  const bool stops = service_.is_stopping() && phase_ == Phase::Idle && requests_ > 0;
  const std::int64_t kept_ms = service_.idle_until_ms() - service_.loop().now_ms();
  if (peer_ended_ || (stops && kept_ms <= 0)) return close();
  put_block_away();
  if (stops) set_deadline(kept_ms);
  watch_for(EPOLLIN);
}

std::int64_t Connection::read_body(void* to, std::size_t cap) {
  std::int64_t n = block_->body.take(block_->in, static_cast<char*>(to), cap);
  if (n == GW_E_AGAIN && readable_) n = receive_body(static_cast<char*>(to), cap);
  if (n != GW_E_AGAIN) {
    if (n > 0) block_->body.wants_continue = false;
    return n;
  }
  if (peer_ended_) return GW_E_GONE;
  continue_if_expected();
  return GW_E_AGAIN;
}

/// What the socket has: into the app's memory where that is large enough.
std::int64_t Connection::receive_body(char* to, std::size_t cap) {
  if (turn_bytes_ >= kTurnBytesMost || peer_ended_ || gone_) {
    readable_ = false;  // its event comes again
    return GW_E_AGAIN;
  }
  const std::uint64_t direct = block_->body.direct_size(block_->in);
  const std::size_t most = std::min<std::uint64_t>(direct, cap);
  if (most < std::min<std::uint64_t>(direct, kDirectRead) || direct == 0) {
    if (!receive()) return GW_E_AGAIN;
    return block_->body.take(block_->in, to, cap);
  }
  const auto got = stream_.receive(to, most);
  readable_ = got.size == most && most < direct;
  if (got.io != net::Io::Done) {
    gone_ = gone_ || got.io == net::Io::Failed;
    peer_ended_ = peer_ended_ || got.io != net::Io::Again;
    return GW_E_AGAIN;
  }
  turn_bytes_ += static_cast<std::uint32_t>(got.size);  // recv(2) moves below 2 GiB
  block_->body_pace.moved(got.size, service_.loop().now_ms());
  block_->body.took_directly(got.size);
  return static_cast<std::int64_t>(got.size);
}

bool Connection::blocks() const {
  return false;
}

bool Connection::has_exchange() const {
  return block_ ? block_->generation != nullptr : upgraded_ && upgraded_->has_lease();
}

bool Connection::peer_has_left() const {
  return has_left_.load(std::memory_order_relaxed);
}

bool Connection::may_read_more() const {
  return !block_->body.is_received() && !peer_ended_;
}

bool Connection::may_keep_alive(bool is_last) const {
  if (!service_.keeps_connections() || block_->body.is_broken()) return false;
  return !is_last || block_->body.is_worth_draining();
}

/// "100 Continue", once, when the app wants the body and none of it has come (GW-B7).
void Connection::continue_if_expected() {
  if (!std::exchange(block_->body.wants_continue, false)) return;
  if (block_->exchange.insert_interim("HTTP/1.1 100 Continue\r\n\r\n"))
    send_committed();
}

// ---- a blocking app meets the I/O thread ----

void Connection::on_call_met() {
  const WorkScope work(this, &Connection::describe);
  using Wish = BlockingCall::Wish;
  BlockingCall& call = block_->call;
  if (call.take_stuck()) note_stuck(false);
  if (call.is_over()) {
    adopt_pending(call.take_pending());
    adopt_websocket(call.take_websocket());
    block_->exchange.carry(*this);
    phase_ = Phase::Streaming;
    if (call.wish() == Wish::Finished ? after_call(call.progress())
                                      : answer_busy("no thread was free in time")) {
      advance();
    } else if (phase_ != Phase::Closed) {
      settle();
    }
    return;
  }
  if (gone_) return call.reply(GW_E_GONE);
  call.note_head(block_->exchange.head_is_sent());
  if (call.wish() == Wish::Send) {
    set_deadline(service_.site().settings.timeouts.send.count());
    try_send_wish();
  } else {
    set_deadline(service_.site().settings.timeouts.body.count());
    try_receive_wish();
  }
}

void Connection::try_send_wish() {
  BlockingCall& call = block_->call;
  if (call.wish() == BlockingCall::Wish::Receive) send_committed();
  if (call.wish() != BlockingCall::Wish::Send) return update_events();
  const std::int32_t sent =
      send(call.send_size(), call.send_more(), call.send_more_sent());
  if (sent != GW_E_AGAIN) {
    send_waits_ = false;
    deadline_ms_ = call.deadline_ms();
    call.reply(sent);
    return;
  }
  update_events();
}

void Connection::try_receive_wish() {
  BlockingCall& call = block_->call;
  continue_if_expected();
  const bool got = !peer_ended_ && receive();
  if (got || peer_ended_) {
    deadline_ms_ = call.deadline_ms();
    call.reply(got ? GW_OK : GW_E_GONE);
    return;
  }
  update_events();
}

// ---- waiting ----

/// While an app's thread has the block, only what it asked for is looked at.
std::uint32_t Connection::wanted_events() const {
  if (phase_ == Phase::Calling) {
    const BlockingCall::Wish wish = block_->call.wish();
    if (wish == BlockingCall::Wish::Send) return EPOLLOUT;
    // What it says it needs; beside that only whether the client leaves.
    if (wish != BlockingCall::Wish::Receive) return peer_has_left() ? 0U : EPOLLRDHUP;
    // The peer may send no body before it has the earlier answers, or our 100.
    const bool sends = send_waits_ && (block_->exchange.committed_size() > 0 ||
                                       block_->exchange.has_parts());
    return (peer_ended_ ? 0U : EPOLLIN) | (sends ? EPOLLOUT : 0U);
  }
  if (phase_ == Phase::Detached) return events_of_detached();
  const bool body_is_here = phase_ == Phase::Streaming && block_->body.is_received();
  const bool reads = phase_ != Phase::Closing && !body_is_here && !peer_ended_;
  const bool has_room = !block_ || block_->in.can_make_room();
  const bool held_back = send_waits_ && phase_ != Phase::Draining;
  return (reads && has_room && !held_back ? EPOLLIN : 0U) |
         (send_waits_ || wants_turn_ ? EPOLLOUT : 0U);
}

void Connection::update_events() {
  const std::uint32_t wanted = wanted_events();
  if (block_) keep_pace(wanted);
  watch_for(wanted);
}

void Connection::watch_for(std::uint32_t wanted) {
  if (wanted == events_) return;
  events_ = wanted;
  if (registered_) service_.loop().modify(stream_.fd(), events_, *this);
}

void Connection::set_deadline(std::int64_t ms_from_now) {
  deadline_ms_ = ms_from_now == 0 ? 0 : service_.loop().now_ms() + ms_from_now;
}

/// Between requests a connection keeps at most the part of a head that has come.
void Connection::put_block_away() {
  if (!block_) return;
  if (block_->in.empty()) {
    phase_ = Phase::Idle;
    // Behind a PROXY header alone the first request is still to come in its time.
    if (requests_ > 0)
      set_deadline(service_.site().settings.timeouts.keepalive.count());
  } else {
    keep_head_part();
  }
  service_.blocks().give(std::move(block_));
}

void Connection::keep_head_part() {
  const auto unread = block_->in.unread();
  kept_ = std::make_unique<char[]>(unread.size());
  std::memcpy(kept_.get(), unread.data(), unread.size());
  kept_size_ = static_cast<std::uint32_t>(unread.size());
}

/// Before anything is done to an exchange that may sleep.
void Connection::wake_block() {
  if (block_ && phase_ == Phase::Detached) service_.blocks().wake(*block_);
}

void Connection::take_block() {
  if (block_) return;
  block_ = service_.blocks().take();
  // Nothing of whom it served before.
  block_->scanner.restart();
  block_->client.is_told = false;
  if (kept_size_ == 0) return;
  std::memcpy(block_->in.back(), kept_.get(), kept_size_);
  block_->in.grew(std::exchange(kept_size_, 0));
  kept_.reset();
}

}  // namespace appserver::serve
