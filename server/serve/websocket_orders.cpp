#include "serve/websocket_orders.hpp"

#include <algorithm>
#include <utility>

#include <gateway/gateway.h>

#include "net/websocket_session.hpp"

namespace appserver::serve {

std::int32_t WebSocketOrders::send(std::uint32_t kind, std::string_view bytes) {
  const std::size_t size = net::most_on_wire(bytes.size(), may_deflate_);
  const std::lock_guard lock(mutex_);
  if (has_closed_ || over_) return GW_E_GONE;
  if (size > most_) return GW_E_TOOBIG;
  if (size > most_ - std::min(most_, queued_ + output_)) {
    wanted_ = std::max(wanted_, size);
    return GW_E_AGAIN;
  }
  messages_.push_back({kind, std::string(bytes), size});
  queued_ += size;
  return GW_OK;
}

std::int32_t WebSocketOrders::close(std::uint16_t code, std::string_view why) {
  const std::lock_guard lock(mutex_);
  if (has_closed_ || over_) return GW_E_GONE;
  close_ = {code, std::string(why)};
  has_closed_ = true;
  return GW_OK;
}

std::int32_t WebSocketOrders::resume() {
  const std::lock_guard lock(mutex_);
  if (has_closed_ || over_) return GW_E_GONE;
  resumes_ = true;
  return GW_OK;
}

void WebSocketOrders::forget_resume() {
  const std::lock_guard lock(mutex_);
  resumes_ = false;
}

bool WebSocketOrders::has_closed() {
  const std::lock_guard lock(mutex_);
  return has_closed_;
}

WebSocketOrders::Taken WebSocketOrders::take(bool with_resume) {
  const std::lock_guard lock(mutex_);
  return {std::exchange(messages_, {}), std::exchange(close_, std::nullopt),
          with_resume && std::exchange(resumes_, false)};
}

bool WebSocketOrders::note_room(std::size_t moved, std::size_t output) {
  const std::lock_guard lock(mutex_);
  queued_ -= std::min(moved, queued_);
  output_ = output;
  const std::size_t used = queued_ + output_;
  // Half is free, and what was refused has a place now: else it would be refused again.
  if (over_ || wanted_ == 0 || used > most_ / 2 || wanted_ > most_ - used) return false;
  wanted_ = 0;
  return true;
}

bool WebSocketOrders::is_idle() {
  const std::lock_guard lock(mutex_);
  return messages_.empty() && !close_ && !resumes_ && wanted_ == 0;
}

void WebSocketOrders::end() {
  const std::lock_guard lock(mutex_);
  over_ = true;
}

}  // namespace appserver::serve
