#include "bridge/websocket.hpp"

#include <utility>

namespace appserver::bridge {

std::int32_t WebSocket::post(Function run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  const std::lock_guard lock(mutex_);
  if (over_) return GW_E_GONE;
  if (posts_.size() >= kPostsMost) return GW_E_AGAIN;
  posts_.push_back({run, arg});
  if (!std::exchange(notified_, true)) notify();
  return GW_OK;
}

void WebSocket::retain() {
  const std::lock_guard lock(mutex_);
  ++references_;
}

void WebSocket::release() {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    last = --references_ == 0;
  }
  if (last) delete this;
}

void WebSocket::take_notice() {
  const std::lock_guard lock(mutex_);
  notified_ = false;
}

std::vector<WebSocket::Post> WebSocket::take_posts() {
  const std::lock_guard lock(mutex_);
  return std::exchange(posts_, {});
}

std::vector<WebSocket::Post> WebSocket::end_posts() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  return std::exchange(posts_, {});
}

}  // namespace appserver::bridge
