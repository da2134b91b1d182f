#include "serve/blocking_call.hpp"

#include <string>

#include "base/clock.hpp"
#include "bridge/app_call.hpp"
#include "serve/block.hpp"
#include "serve/connection.hpp"
#include "serve/serve_exchange.hpp"

namespace appserver::serve {

void BlockingCall::prepare(Connection& connection, Block& block, net::EventLoop& loop) {
  connection_ = &connection;
  block_ = &block;
  loop_ = &loop;
  wish_ = Wish::None;
}

void BlockingCall::run() {
  bridge::Exchange& exchange = block_->exchange;
  const std::uint64_t deadline = exchange.peek_environ().deadline_ns;
  const bool in_time = deadline == 0 || monotonic_now_ns() < deadline;
  if (in_time) progress_ = call_and_finish(exchange, *block_->generation);
  asked_ = in_time ? Wish::Finished : Wish::Expired;
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

void BlockingCall::run_on_loop() {
  wish_ = asked_;
  connection_->on_call_met();
}

}  // namespace appserver::serve
