// What a request says in the access log, gathered from the connection at its end.
#include <algorithm>

#include "base/clock.hpp"
#include "http/target.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {
namespace {

std::int64_t now_us() {
  return static_cast<std::int64_t>(monotonic_now_ns() / 1000);
}

/// The first line of bytes that are no request head, or of a part of one; empty lines
/// before it do not count (RFC 9112 2.2).
std::string_view first_line(std::string_view bytes) {
  const std::size_t begin = bytes.find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return {};
  bytes.remove_prefix(begin);
  return bytes.substr(0, bytes.find_first_of("\r\n"));
}

/// "-" is said of requests that reached no app.
std::string_view app_of(const bridge::Exchange& exchange) {
  return exchange.app() == "-" ? std::string_view{} : exchange.app();
}

}  // namespace

/// At the first byte of a request.
void Connection::note_begin() {
  block_->client.is_told = false;
  begun_us_ = service_.loop().now_us();
}

/// The exchange is over, or was refused: it is counted, and a line says so.
void Connection::note_end(unsigned status) {
  Block& block = *block_;
  if (block.call.take_answered_for()) return;
  // One that is turned away has begun no request.
  const std::int64_t duration_us = begun_us_ == 0 ? 0 : now_us() - begun_us_;
  board::Seat& seat = service_.seat();
  board::AppCounts& counts =
      seat.apps[block.generation == nullptr ? 0 : block.generation->row];
  counts.ended(status,
               static_cast<std::uint64_t>(std::max<std::int64_t>(duration_us, 0)));
  counts.sent_bytes.add(block.exchange.body_bytes());
  if (block.generation != nullptr)
    counts.received_bytes.add(block.head.size + block.body.taken(block.request));
  seat.worker.requests.add();
  if (service_.access().is_on()) log_access(status, duration_us);
}

void Connection::log_access(unsigned status, std::int64_t duration_us) {
  AccessLog& access = service_.access();
  Block& block = *block_;
  AccessEntry entry;
  entry.remote_addr = client_address();
  entry.method = block.head.method;
  entry.target = block.head.target;
  entry.version = block.head.version;
  entry.fields = block.head.fields;
  entry.status = status;
  entry.duration_us = duration_us;
  entry.body_bytes = block.exchange.body_bytes();
  if (entry.method.empty()) {
    const auto unread = block.in.unread();
    entry.raw_line = first_line({unread.data(), unread.size()});
  } else {
    entry.raw_line = block.head.line();
  }
  if (access.needs_details()) add_details(entry);
  access.write(entry, service_.date(), service_.unix_s());
}

/// Where the request was refused before, the block holds what an earlier one left.
void Connection::add_details(AccessEntry& entry) const {
  const Block& block = *block_;
  const bool is_judged = !block.request.target.path.empty();
  if (is_judged) {
    entry.path = block.request.target.path;
    entry.query = block.request.target.query;
    entry.host = http::host_of(block.request.host);
    entry.request_length = block.head.size + block.body.taken(block.request);
  }
  if (block.generation != nullptr) {
    const gw_environ& environ = block.exchange.peek_environ();
    entry.scheme = http::view(environ.url_scheme);
    entry.request_id = http::view(environ.request_id);
  }
  entry.app = app_of(block.exchange);
  entry.server_port = place_->port;
  entry.bytes_sent = block.exchange.bytes_sent();
  entry.connection = number_;
  entry.connection_requests = requests_;
}

}  // namespace appserver::serve
