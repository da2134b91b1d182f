#include "bridge/websocket.hpp"

#include <utility>

#include "http/fields.hpp"
#include "http/message.hpp"

namespace appserver::bridge {
namespace {

constexpr std::size_t kFieldsMost = 32 * 1024;  // bytes that may be added to a 101

bool is_of_handshake(std::string_view name) {
  constexpr std::string_view kPrefix = "sec-websocket-";
  return name.size() >= kPrefix.size() &&
         http::equals_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
}

}  // namespace

bool may_be_added(std::span<const gw_field> fields) {
  std::size_t size = 0;
  for (const gw_field& field : fields) {
    const std::string_view name = http::view(field.name);
    const std::string_view value = http::view(field.value);
    if (!http::is_token(name) || !http::is_field_value(value)) return false;
    const http::ResponseField kind = http::classify_response_field(name);
    const bool is_allowed = kind == http::ResponseField::Ordinary ||
                            kind == http::ResponseField::Date ||
                            kind == http::ResponseField::Server;
    if (!is_allowed || is_of_handshake(name)) return false;
    size += name.size() + value.size() + 4;
  }
  return size <= kFieldsMost;
}

std::int32_t WebSocket::post(Function run, void* arg) {
  if (run == nullptr) return GW_E_INVALID;
  const std::lock_guard lock(mutex_);
  if (over_) return GW_E_GONE;
  if (posts_.size() >= kPostsMost) return GW_E_AGAIN;
  posts_.push_back({run, arg});
  if (!std::exchange(notified_, true)) notify();
  return GW_OK;
}

void WebSocket::note_news() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(notified_, true)) notify();
}

bool WebSocket::has_posts() {
  const std::lock_guard lock(mutex_);
  return !posts_.empty();
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
