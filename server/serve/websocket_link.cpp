#include "serve/websocket_link.hpp"

#include <algorithm>
#include <exception>
#include <new>

#include "base/log.hpp"
#include "bridge/app_call.hpp"
#include "http/fields.hpp"
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

net::WebSocketKind kind_of(std::uint32_t kind) {
  return kind == GW_WS_TEXT ? net::WebSocketKind::Text : net::WebSocketKind::Binary;
}

void log_broken(const char* why) {
  try {
    log::error(std::string("a WebSocket is closed with 1011: ") + why);
  } catch (const std::bad_alloc&) {  // then without a word
  }
}

/// "Name: value\r\n" as a field.
http::Field field_of(std::string_view line) {
  const std::size_t colon = line.find(':');
  return {http::str(line.substr(0, colon)),
          http::str(line.substr(colon + 2, line.size() - colon - 4))};
}

/// Those of the app, behind those that all our answers have and it has not given.
std::vector<http::Field> completed(
    const std::vector<std::pair<std::string, std::string>>& fields,
    const http::PreparedFields& ours) {
  const auto has = [&fields](http::ResponseField kind) {
    return std::any_of(fields.begin(), fields.end(), [kind](const auto& field) {
      return http::classify_response_field(field.first) == kind;
    });
  };
  std::vector<http::Field> all;
  if (!has(http::ResponseField::Server)) all.push_back(field_of(ours.server()));
  if (!has(http::ResponseField::Date)) all.push_back(field_of(ours.date()));
  for (const auto& [name, value] : fields) {
    all.push_back({http::str(name), http::str(value)});
  }
  return all;
}

}  // namespace

WebSocketLink::WebSocketLink(net::EventLoop& loop, app::ThreadPool* threads,
                             const net::WebSocketOptions& options,
                             const bridge::WebSocketTerms& terms)
    : loop_(loop),
      threads_(threads),
      options_(options),
      events_(*terms.events),
      to_(terms.to),
      orders_(options.send_limit, options.deflate.enabled) {
  if (terms.protocol.data() != nullptr) protocol_ = terms.protocol;
  set_fields(terms.fields);
}

void WebSocketLink::set_fields(std::span<const gw_field> fields) {
  fields_.clear();
  for (const gw_field& field : fields) {
    fields_.emplace_back(http::view(field.name), http::view(field.value));
  }
}

bool WebSocketLink::open(net::WebSocketServices& services,
                         const http::WebSocketHandshake& handshake,
                         const http::PreparedFields& ours) {
  try {
    const auto fields = completed(fields_, ours);
    session_.emplace(services, options_,
                     net::WebSocketAnswer{handshake.key, handshake.extensions,
                                          protocol_.value_or(""), fields},
                     *this, loop_.now_ms());
  } catch (const std::exception& e) {  // Beast's, or of memory
    log::error(std::string("a WebSocket could not be opened: ") + e.what());
    session_.reset();
    return false;
  }
  head_size_ = session_->output().size();
  fields_ = {};
  return true;
}

std::string_view WebSocketLink::output() const {
  if (!earlier_.empty()) return earlier_;
  return session_ ? session_->output() : std::string_view();
}

void WebSocketLink::take(const Step& step) {
  try {
    advance(step);
  } catch (const std::exception& e) {
    break_off();
    log_broken(e.what());
  }
  tell_end();
}

/// What came first is told first; the end is looked at last.
void WebSocketLink::advance(const Step& step) {
  if (!earlier_.empty() && step.sent > 0) {
    earlier_.erase(0, step.sent);
  } else if (session_ && step.sent > 0) {
    session_->drop_output(step.sent);
  }
  if (over_) return;
  if (session_ && step.now_ms != 0) session_->tick(step.now_ms);
  if (session_ && !step.bytes.empty()) session_->feed(step.bytes);
  if (threads_ == nullptr) run_posts();
  take_back();
  take_orders();
  if (step.close_code != 0 && session_) {
    session_->close(step.close_code, {});
    orders_.end();
  }
  if (is_broken_) break_off();
  if (step.lost) lose();
  while (std::exchange(resumes_, false) && session_) {
    session_->resume();
    take_orders();
    if (is_broken_) break_off();
  }
}

/// The session does nothing more, whatever it was at.
void WebSocketLink::break_off() {
  if (session_) session_->break_off();
  if (code_ == 0) note_closed(kFailed);
}

void WebSocketLink::tell_end() {
  if (over_) return;
  if (threads_ != nullptr) return give_mail();
  if (code_ == 0) return;
  over_ = true;
  tell_closed();
}

void WebSocketLink::lose() {
  if (session_) session_->lose();
  if (code_ == 0) note_closed(kLost);
}

void WebSocketLink::end_unopened() {
  note_closed(kLost);
  over_ = true;
  tell_closed();
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

void WebSocketLink::tell_writable() {
  if (events_.writable == nullptr) return;
  if (!bridge::call_ws_writable(events_, this, to_)) fail();
}

void WebSocketLink::fail() {
  if (is_direct_) {
    session_->close(kFailed, {});
  } else {
    orders_.close(kFailed, {});
  }
}

/// The order is that of an exchange's end: the app itself, who has posted, who has
/// registered.
void WebSocketLink::tell_closed() {
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
  if (is_direct_) return send_now(kind, bytes);
  if (kind == GW_WS_TEXT && !net::is_utf8(bytes)) return GW_E_INVALID;
  const std::int32_t ordered = orders_.send(kind, bytes);
  if (ordered == GW_OK && threads_ != nullptr) note_news();
  return ordered;
}

std::int32_t WebSocketLink::send_now(std::uint32_t kind, std::string_view bytes) {
  if (over_ || is_broken_) return GW_E_GONE;
  try {
    switch (session_->send(kind_of(kind), bytes)) {
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
  } catch (const std::exception& e) {
    is_broken_ = true;
    log_broken(e.what());
  }
  return GW_E_GONE;
}

std::int32_t WebSocketLink::resume() {
  if (!is_direct_) return orders_.resume();
  if (over_) return GW_E_GONE;
  resumes_ = true;
  return GW_OK;
}

std::int32_t WebSocketLink::close(std::uint32_t code, std::string_view why) {
  if (!is_for_apps(code) || why.size() > kLongestWhy || !net::is_utf8(why)) {
    return GW_E_INVALID;
  }
  const auto as = static_cast<std::uint16_t>(code);
  if (!is_direct_) {
    const std::int32_t ordered = orders_.close(as, why);
    if (ordered == GW_OK && threads_ != nullptr) note_news();
    return ordered;
  }
  return !over_ && session_->close(as, why) ? GW_OK : GW_E_GONE;
}

/// What was ordered goes into the session, as far as there is room.
void WebSocketLink::take_orders() {
  while (!is_direct_ && session_) {
    WebSocketOrders::Taken taken = orders_.take(!busy_);
    std::move(taken.messages.begin(), taken.messages.end(),
              std::back_inserter(unsent_));
    if (taken.close) close_ = std::move(taken.close);
    const std::size_t moved = move_orders();
    if (close_ && unsent_.empty()) {
      session_->close(close_->code, close_->why);
      close_.reset();
    }
    resumes_ = resumes_ || taken.resumes;
    const bool has_room = orders_.note_room(moved, session_->output().size());
    if (threads_ != nullptr) {
      const std::lock_guard lock(mail_mutex_);
      mail_.is_writable =
          mail_.is_writable || (has_room && events_.writable != nullptr);
      return;
    }
    if (has_room) tell_writable();
    is_direct_ = unsent_.empty() && !close_ && orders_.is_idle();
    if (!has_room) return;
  }
}

/// Gives the cost of what was moved, or has no place any more.
std::size_t WebSocketLink::move_orders() {
  std::size_t moved = 0;
  std::size_t n = 0;
  for (; n < unsent_.size(); ++n) {
    const Message& message = unsent_[n];
    const auto sent = session_->send(kind_of(message.kind), message.bytes);
    if (sent == net::WebSocketSent::Again) break;
    moved += message.cost;
  }
  unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(n));
  return moved;
}

// ---- the session tells ----

void WebSocketLink::on_writable() {
  if (is_direct_) tell_writable();  // else take_orders() knows it
}

void WebSocketLink::on_closed(std::uint16_t code, std::string_view why) {
  why_ = why;
  is_clean_ = true;
  note_closed(code);
}

void WebSocketLink::on_failed(std::uint16_t code) {
  note_closed(code);
}

void WebSocketLink::note_closed(std::uint16_t code) {
  code_ = code;
  orders_.end();
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
