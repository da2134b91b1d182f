#include "serve/upgraded.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "http/fields.hpp"
#include "http/websocket_handshake.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

constexpr std::size_t kOneRead = 32 * 1024;
constexpr std::size_t kTurn = 256 * 1024;  // each way, before the others' turn

net::WebSocketOptions options_of(const config::WebSockets& settings) {
  net::WebSocketOptions options;
  options.message_limit = settings.message_limit;
  options.send_limit = settings.send_buffer;
  options.ping_interval = settings.ping_interval;
  options.pong_timeout = settings.pong_timeout;
  options.deflate.enabled = settings.compression;
  return options;
}

/// "Name: value\r\n" as a field.
http::Field field_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  return {http::str(line.substr(0, colon)),
          http::str(line.substr(colon + 2, line.size() - colon - 4))};
}

/// Those of the app, behind those that all our answers have and it has not given.
std::vector<http::Field> completed(std::span<const gw_field> fields,
                                   const http::PreparedFields& ours) {
  const auto has = [fields](http::ResponseField kind) {
    return std::any_of(fields.begin(), fields.end(), [kind](const gw_field& field) {
      return http::classify_response_field(http::view(field.name)) == kind;
    });
  };
  std::vector<http::Field> all;
  if (!has(http::ResponseField::Server)) all.push_back(field_of(ours.server()));
  if (!has(http::ResponseField::Date)) all.push_back(field_of(ours.date()));
  all.insert(all.end(), fields.begin(), fields.end());
  return all;
}

http::Checked<http::WebSocketHandshake> judge(const Block& block) {
  const http::RequestHead& head = block.head;
  return http::judge_websocket(head.method, head.version, block.request,
                               head.fields.first(block.request.field_count));
}

}  // namespace

bool Connection::asks_for_websocket() const {
  return block_->request.upgrades_to_websocket && judge(*block_).has_value();
}

std::int32_t Connection::accept_websocket(const bridge::WebSocketTerms& terms,
                                          gw_ws*& ws) {
  if (!block_->request.upgrades_to_websocket) return GW_E_UNSUPPORTED;
  auto upgraded = std::make_unique<Upgraded>(*this);
  const std::int32_t accepted = upgraded->accept(terms);
  if (accepted != GW_OK) return accepted;
  ws = &upgraded->link();
  upgraded_ = std::move(upgraded);
  return GW_OK;
}

void Connection::retire(const app::Generation& generation) {
  constexpr std::uint16_t kServiceRestart = 1012;
  if (phase_ == Phase::WebSocket && upgraded_->is_of(generation))
    upgraded_->end(kServiceRestart);
}

Upgraded::~Upgraded() {
  if (link_ == nullptr) return;
  if (!link_->is_over()) link_->take({.lost = true});
  conclude();
  link_->leave();
}

std::int32_t Upgraded::accept(const bridge::WebSocketTerms& terms) {
  Block& block = *connection_.block_;
  const auto judged = judge(block);
  if (!judged) {
    const http::Rejection why = judged.error();
    block.exchange.log(GW_LOG_INFO, why.why);
    block.exchange.refuse_handshake(
        why.status, why.status == 426 ? "Sec-WebSocket-Version: 13\r\n" : "");
    return GW_E_UNSUPPORTED;
  }
  const bool names_one = terms.protocol.data() != nullptr;
  if (names_one && !http::is_offered(*judged, terms.protocol)) return GW_E_INVALID;
  Service& service = connection_.service_;
  const auto fields = completed(terms.fields, service.prepared_fields());
  link_ = new WebSocketLink(*this, service.loop(), terms);
  link_->open(service.websockets(), options_of(service.site().settings.websockets),
              {judged->key, judged->extensions, terms.protocol, fields});
  return GW_OK;
}

void Upgraded::begin() {
  Connection& c = connection_;
  Block& block = *c.block_;
  c.send_committed();
  const std::string earlier(block.out.view());
  keep_entry();
  link_->begin(block.exchange.hand_over_extras(), earlier);
  if (c.detached_ != nullptr) c.forget_detached();
  block.body.forget_stored();
  lease_ = std::exchange(block.generation, nullptr);
  around_.swap(block.chain);
  c.phase_ = Phase::WebSocket;
  c.deadline_ms_ = 0;
  c.needs_room_ = c.send_waits_ = false;
  received_ = block.head.size;
  const auto unread = block.in.unread();
  take({.bytes = {unread.data(), unread.size()}});
  c.service_.blocks().give(std::move(c.block_));
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
  if (is_cut || ((events & EPOLLRDHUP) != 0 && !link_->wants_input())) lose();
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
  c.watch_for((link_->wants_input() ? EPOLLIN : 0U) |
              (link_->is_over() ? 0U : EPOLLRDHUP) | (c.send_waits_ ? EPOLLOUT : 0U));
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
    if (service.access().needs_duration() && connection_.begun_us_ != 0) {
      entry.duration_us =
          static_cast<std::int64_t>(monotonic_now_ns() / 1000) - connection_.begun_us_;
    }
    service.access().write(entry, service.date(), service.unix_s());
    entry_.reset();
  }
  if (!around_.empty()) around_.pop_back();  // the app itself
  for (app::Generation* member : around_) service.lease_ended(*member);
  around_.clear();
  service.lease_ended(*std::exchange(lease_, nullptr));
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
