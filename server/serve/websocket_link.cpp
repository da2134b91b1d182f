#include "serve/websocket_link.hpp"

#include <utility>

#include "bridge/app_call.hpp"
#include "http/message.hpp"
#include "serve/upgraded.hpp"

namespace appserver::serve {
namespace {

constexpr std::uint16_t kFailed = 1011;
constexpr std::size_t kLongestWhy = 123;  // RFC 6455 5.5.1

/// May an app close with it?
bool is_for_apps(std::uint32_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace

WebSocketLink::WebSocketLink(Upgraded& connection, net::EventLoop& loop,
                             const bridge::WebSocketTerms& terms)
    : connection_(&connection), loop_(loop), events_(*terms.events), to_(terms.to) {}

void WebSocketLink::open(net::WebSocketServices& services,
                         const net::WebSocketOptions& options,
                         const net::WebSocketAnswer& answer) {
  session_.emplace(services, options, answer, *this, loop_.now_ms());
  head_size_ = session_->output().size();
}

void WebSocketLink::begin(std::unique_ptr<bridge::Extras> extras,
                          std::string_view earlier) {
  extras_ = std::move(extras);
  earlier_ = earlier;
}

std::string_view WebSocketLink::output() const {
  return earlier_.empty() ? session_->output() : std::string_view(earlier_);
}

/// What came first is told first; the end is looked at last.
void WebSocketLink::take(const Step& step) {
  if (over_) {
    if (step.sent > 0) session_->drop_output(step.sent);
    return;
  }
  if (step.sent > 0 && !earlier_.empty()) {
    earlier_.erase(0, step.sent);
  } else if (step.sent > 0) {
    session_->drop_output(step.sent);
  }
  if (step.now_ms != 0) session_->tick(step.now_ms);
  if (!step.bytes.empty()) session_->feed(step.bytes);
  run_posts();
  if (step.close_code != 0) session_->close(step.close_code, {});
  if (step.lost) session_->lose();
  while (std::exchange(resumes_, false)) session_->resume();
  if (code_ != 0) tell_closed();
}

void WebSocketLink::leave() {
  connection_ = nullptr;
  session_.reset();
  release();
}

void WebSocketLink::run_posts() {
  for (const Post& post : take_posts()) {
    if (!bridge::call_ws_post(post.run, this, post.arg)) fail();
  }
}

void WebSocketLink::fail() {
  session_->close(kFailed, {});
}

/// The order is that of an exchange's end: the app itself, who has posted, who has
/// registered.
void WebSocketLink::tell_closed() {
  over_ = true;
  bridge::call_ws_closed(events_, this, to_, code_, http::str(why_));
  for (const Post& post : end_posts()) {
    bridge::call_ws_post(post.run, nullptr, post.arg);
  }
  if (extras_) extras_->end(is_clean_ ? GW_OK : GW_E_GONE);
  extras_.reset();
}

// ---- the app asks ----

std::int32_t WebSocketLink::send(std::uint32_t kind, std::string_view bytes) {
  if (kind != GW_WS_TEXT && kind != GW_WS_BINARY) return GW_E_INVALID;
  if (over_ || !session_) return GW_E_GONE;
  const bool is_text = kind == GW_WS_TEXT;
  switch (session_->send(
      is_text ? net::WebSocketKind::Text : net::WebSocketKind::Binary, bytes)) {
    case net::WebSocketSent::Done:
      return GW_OK;
    case net::WebSocketSent::Again:
      return GW_E_AGAIN;
    case net::WebSocketSent::TooBig:
      return GW_E_TOOBIG;
    case net::WebSocketSent::NotUtf8:
      return GW_E_INVALID;
    case net::WebSocketSent::Gone:
      break;
  }
  return GW_E_GONE;
}

std::int32_t WebSocketLink::resume() {
  if (over_ || !session_) return GW_E_GONE;
  resumes_ = true;
  return GW_OK;
}

std::int32_t WebSocketLink::close(std::uint32_t code, std::string_view why) {
  if (!is_for_apps(code) || why.size() > kLongestWhy || !net::is_utf8(why)) {
    return GW_E_INVALID;
  }
  if (over_ || !session_) return GW_E_GONE;
  return session_->close(static_cast<std::uint16_t>(code), why) ? GW_OK : GW_E_GONE;
}

// ---- the session tells ----

net::WebSocketEvents::Next WebSocketLink::on_message(net::WebSocketKind kind,
                                                     std::string_view bytes) {
  const std::uint32_t as = kind == net::WebSocketKind::Text ? GW_WS_TEXT : GW_WS_BINARY;
  const std::int32_t taken = bridge::call_ws_message(events_, this, to_, as, bytes);
  if (taken == GW_E_AGAIN) return Next::Pause;
  if (taken < 0) fail();
  return Next::Go;
}

void WebSocketLink::on_writable() {
  if (events_.writable == nullptr) return;
  if (!bridge::call_ws_writable(events_, this, to_)) fail();
}

void WebSocketLink::on_closed(std::uint16_t code, std::string_view why) {
  code_ = code;
  why_ = why;
  is_clean_ = true;
}

void WebSocketLink::on_failed(std::uint16_t code) {
  code_ = code;
}

// ---- other threads ----

void WebSocketLink::notify() {
  keep_for_notice();
  loop_.post(*this);
}

void WebSocketLink::run_on_loop() {
  take_notice();
  if (connection_ != nullptr) connection_->on_news();
  release();
}

}  // namespace appserver::serve
