#include "serve/upgraded.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"
#include "serve/websocket_accept.hpp"

namespace appserver::serve {
namespace {

constexpr std::uint16_t kGoingAway = 1001, kServiceRestart = 1012;
constexpr std::size_t kOneRead = 32 * 1024;
constexpr std::size_t kTurn = 256 * 1024;  // each way, before the others' turn

}  // namespace

bool Connection::asks_for_websocket() const {
  return block_->request.upgrades_to_websocket && judge_handshake(*block_).has_value();
}

std::int32_t Connection::accept_websocket(const bridge::WebSocketTerms& terms,
                                          gw_ws*& ws) {
  WebSocketLink* link = nullptr;
  const std::int32_t accepted = serve::accept_websocket(
      *block_, terms, service_.loop(),
      websocket_options(service_.site().settings.websockets), link);
  if (accepted != GW_OK) return accepted;
  adopt_websocket(link);
  ws = link;
  return GW_OK;
}

/// Null: its app has not accepted any.
void Connection::adopt_websocket(WebSocketLink* link) {
  if (link != nullptr) upgraded_ = std::make_unique<Upgraded>(*this, *link);
}

void Connection::retire(const app::Generation& generation) {
  const WorkScope work(this, &Connection::describe);
  if (phase_ == Phase::WebSocket && upgraded_->is_of(generation))
    upgraded_->end(kServiceRestart);
}

Upgraded::Upgraded(Connection& connection, WebSocketLink& link)
    : connection_(connection), link_(&link) {
  link.attach(*this);
}

/// A thread that is still at it tells the end without us.
Upgraded::~Upgraded() {
  link_->end_here();
  conclude();
  link_->leave();
}

bool Upgraded::begin() {
  Connection& c = connection_;
  Block& block = *c.block_;
  const auto judged = judge_handshake(block);
  const bool is_open = judged && link_->open(c.service_.websockets(), *judged,
                                             c.service_.prepared_fields());
  if (!is_open) return false;
  c.send_committed();
  link_->put_before(block.out.view());
  keep_entry();
  if (auto extras = block.exchange.hand_over_extras()) link_->keep(std::move(extras));
  if (c.detached_ != nullptr) c.forget_detached();
  block.body.forget_stored();
  count_begin();
  lease_ = std::exchange(block.generation, nullptr);
  around_.swap(block.chain);
  c.phase_ = Phase::WebSocket;
  be_patient();
  c.deadline_ms_ = 0;
  c.needs_room_ = c.send_waits_ = false;
  received_ = block.head.size;
  const auto unread = block.in.unread();
  take({.bytes = {unread.data(), unread.size()}});
  c.service_.blocks().give(std::move(c.block_));
  end_if_late();
  return true;
}

/// As an exchange that was answered with 101; how long it lasts says nothing of the
/// app.
void Upgraded::count_begin() {
  Connection& c = connection_;
  const std::int64_t duration_us =
      static_cast<std::int64_t>(monotonic_now_ns() / 1000) - c.begun_us_;
  board::Seat& seat = c.service_.seat();
  seat.apps[c.block_->generation->row].ended(101,
                                             static_cast<std::uint64_t>(duration_us));
  seat.worker.requests.add();
}

/// While the app holds messages back, no pong is read: then it is the client's system
/// that must take the pings, or the client is not there any more.
void Upgraded::be_patient() {
  const auto& times = connection_.service_.site().settings.websockets;
  if (times.ping_interval.count() == 0) return;
  connection_.stream_.set_patience(times.ping_interval + times.pong_timeout);
}

/// Where its app, or the server, has been told to stop while it accepted.
void Upgraded::end_if_late() {
  Service& service = connection_.service_;
  const auto now = site::all_generations(service.site());
  const auto is_current = [&now](const app::Generation* of) {
    return std::any_of(now.begin(), now.end(),
                       [of](const auto& g) { return g.get() == of; });
  };
  const bool is_replaced =
      !is_current(lease_) || !std::all_of(around_.begin(), around_.end(), is_current);
  if (service.is_stopping()) {
    take({.close_code = kGoingAway});
  } else if (is_replaced) {
    take({.close_code = kServiceRestart});
  }
}

/// What ends with the block.
void Upgraded::keep_entry() {
  const Connection& c = connection_;
  if (!c.service_.access().is_on()) return;
  AccessEntry entry;
  entry.remote_addr = c.client_address();
  entry.method = c.block_->head.method;
  entry.target = c.block_->head.target;
  entry.version = c.block_->head.version;
  entry.fields = c.block_->head.fields;
  entry.raw_line = c.block_->head.line();
  entry.status = 101;
  if (c.service_.access().needs_details()) c.add_details(entry);
  entry_ = std::make_unique<KeptEntry>(entry);
}

void Upgraded::take(const WebSocketLink::Step& step) {
  received_ += step.bytes.size();
  sent_ += step.sent;
  link_->take(step);
}

void Upgraded::on_ready(std::uint32_t events) {
  if ((events & EPOLLIN) != 0) receive();
  const bool is_cut = (events & (EPOLLHUP | EPOLLERR)) != 0 && (events & EPOLLIN) == 0;
  // What it sent before it left waits, as long as the app is at work.
  const bool is_unheard = !link_->wants_input() && !link_->is_busy();
  if (is_cut || ((events & EPOLLRDHUP) != 0 && is_unheard)) lose();
  settle();
}

void Upgraded::receive() {
  std::array<char, kOneRead> bytes;
  for (std::size_t moved = 0; moved < kTurn && link_->wants_input();) {
    const auto got = connection_.stream_.receive(bytes.data(), bytes.size());
    if (got.io == net::Io::Again) return;
    if (got.io != net::Io::Done) return lose();
    moved += got.size;
    take({.bytes = {bytes.data(), got.size}});
    send();  // answers need not pile up
    if (got.size < bytes.size()) return;
  }
}

void Upgraded::lose() {
  connection_.gone_ = connection_.peer_ended_ = true;
  take({.lost = true});
  conclude();
}

void Upgraded::send() {
  Connection& c = connection_;
  std::size_t moved = 0;
  while (!c.gone_ && moved < kTurn && !link_->output().empty()) {
    const auto sent = c.stream_.send(link_->output());
    if (sent.io == net::Io::Again) break;
    if (sent.io != net::Io::Done) return lose();
    moved += sent.size;
    take({.sent = sent.size});
  }
  c.send_waits_ = !link_->output().empty();
  if (!c.send_waits_) {
    c.deadline_ms_ = 0;
  } else if (moved > 0 || c.deadline_ms_ == 0) {
    c.set_deadline(c.service_.site().settings.timeouts.send.count());
  }
}

/// After all that can be done now.
void Upgraded::settle() {
  Connection& c = connection_;
  if (c.gone_ && !link_->is_over()) lose();
  send();
  if (link_->is_over()) {
    conclude();
    if (c.gone_ || link_->is_lost()) {
      c.late_ = true;
      return c.cut();
    }
    if (!c.send_waits_) {
      c.linger_ = !link_->is_clean();  // more may come of what was refused
      return c.finish_sending();
    }
  }
  if (c.gone_) return forget_socket();
  const bool asks_if_left = !link_->is_over() && !link_->is_busy();
  c.watch_for((link_->wants_input() ? EPOLLIN : 0U) | (asks_if_left ? EPOLLRDHUP : 0U) |
              (c.send_waits_ ? EPOLLOUT : 0U));
}

/// Its app is still at work: what is said of a lost socket would be said again and
/// again.
void Upgraded::forget_socket() {
  Connection& c = connection_;
  if (std::exchange(c.registered_, false)) c.service_.loop().remove(c.stream_.fd());
  c.deadline_ms_ = 0;
}

void Upgraded::abandon() {
  connection_.gone_ = connection_.peer_ended_ = true;
  link_->end_here();
  conclude();
}

/// Its app has been told the end: the line, and the lease.
void Upgraded::conclude() {
  if (lease_ == nullptr || !link_->is_over()) return;
  Service& service = connection_.service_;
  if (entry_) {
    AccessEntry& entry = entry_->entry();
    entry.bytes_sent = sent_ + (connection_.gone_ ? 0 : link_->output().size());
    entry.body_bytes = entry.bytes_sent -
                       std::min<std::uint64_t>(entry.bytes_sent, link_->head_size());
    entry.request_length = received_;
    entry.duration_us =
        static_cast<std::int64_t>(monotonic_now_ns() / 1000) - connection_.begun_us_;
    service.access().write(entry, service.date(), service.unix_s());
    entry_.reset();
  }
  if (!around_.empty()) around_.pop_back();  // the app itself
  for (app::Generation* member : around_) service.lease_ended(*member);
  around_.clear();
  service.exchange_ended(*std::exchange(lease_, nullptr));
}

void Upgraded::on_news() {
  if (connection_.phase_ != Phase::WebSocket) return;
  take({});
  settle();
}

void Upgraded::tick(std::int64_t now_ms) {
  const std::int64_t deadline = connection_.deadline_ms_;
  if (deadline != 0 && now_ms >= deadline) {
    lose();
  } else {
    take({.now_ms = now_ms});
  }
  settle();
}

void Upgraded::end(std::uint16_t code) {
  take({.close_code = code});
  settle();
}

}  // namespace appserver::serve
