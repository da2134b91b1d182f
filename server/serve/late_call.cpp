// A blocking app's call that takes longer than it may. Its thread cannot be stopped,
// and has the block: what is done here touches only what is the I/O thread's, and of
// the block what no longer changes, the request's head.
#include <algorithm>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/thread_signals.hpp"
#include "http/short_answer.hpp"
#include "http/status.hpp"
#include "serve/connection.hpp"
#include "serve/service.hpp"

namespace appserver::serve {

/// Once for each call.
void Connection::call_is_late() {
  BlockingCall& call = block_->call;
  call.forget_deadline();
  const bool has_begun = call.has_begun();
  if (has_begun) {
    log::warning(block_->generation->spec_text() + " " +
                 std::string(block_->head.method) + " " +
                 std::string(block_->head.target) + " runs past its timeout");
    ask_where_it_stands(call.thread());
    call.set_stuck();
    note_stuck(true);
  }
  if (!gone_ && !call.head_may_have_left()) answer_for_call(has_begun ? 504 : 503);
}

/// When no thread is left to its app, this worker has to go: the supervisor sees to it.
void Connection::note_stuck(bool is) {
  app::Generation& generation = *block_->generation;
  generation.stuck_calls += is ? 1 : -1;
  board::Count& row = service_.seat().worker.stuck_row;
  if (generation.stuck_calls >= generation.threads->threads_most()) {
    row.set(generation.row);
  } else if (row.get() == generation.row) {
    row.set(0);
  }
}

/// The app's answer, if there will be one, finds the client gone.
void Connection::answer_for_call(unsigned status) {
  const Block& block = *block_;
  const std::string_view body = http::short_body(status);
  std::string answer(http::status_line(status));
  answer.append(service_.prepared_fields().both());
  answer +=
      "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\nConnection: close\r\n";
  answer += status == 503 ? "Retry-After: 1\r\n\r\n" : "\r\n";
  if (block.head.method != "HEAD") answer.append(body);
  const net::IoResult sent = stream_.send(answer);  // all of it or nothing: it is short
  stream_.shutdown_send();
  if (registered_) service_.loop().remove(stream_.fd());
  registered_ = false;
  gone_ = peer_ended_ = true;
  note_left();

  block_->call.set_answered_for();
  const std::int64_t duration_us =
      static_cast<std::int64_t>(monotonic_now_ns() / 1000) - begun_us_;
  board::AppCounts& counts = service_.seat().apps[block.generation->row];
  counts.ended(status,
               static_cast<std::uint64_t>(std::max<std::int64_t>(duration_us, 0)));
  counts.timeouts.add();
  service_.seat().worker.requests.add();
  AccessLog& access = service_.access();
  if (!access.is_on()) return;
  AccessEntry entry;
  entry.remote_addr = client_address();
  entry.method = block.head.method;
  entry.target = block.head.target;
  entry.raw_line = block.head.line();
  entry.version = block.head.version;
  entry.fields = block.head.fields;
  entry.status = status;
  entry.duration_us = duration_us;
  entry.body_bytes = sent.io == net::Io::Done ? body.size() : 0;
  entry.request_id = http::view(block.exchange.peek_environ().request_id);
  entry.app = block.generation->spec_text();
  entry.server_port = place_->port;
  entry.connection = number_;
  entry.connection_requests = requests_;
  access.write(entry, service_.date(), service_.unix_s());
}

}  // namespace appserver::serve
