#include "lint/websocket.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "lint/exchange.hpp"
#include "lint/extension_tables.hpp"

namespace appserver::lint {
namespace {

constexpr std::size_t kLongestReason = 123;
constexpr std::size_t kBuffer = std::size_t{1} << 20U;

bool may_be_sent(std::uint32_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) ||
         (code >= 3000 && code <= 4999);
}

/// What may follow the first byte of a sequence (RFC 3629 §4): no overlong form, no
/// surrogate.
struct Second {
  unsigned char least, most;
};

Second second_after(unsigned char first) {
  switch (first) {
    case 0xe0:
      return {0xa0, 0xbf};
    case 0xed:
      return {0x80, 0x9f};
    case 0xf0:
      return {0x90, 0xbf};
    case 0xf4:
      return {0x80, 0x8f};
    default:
      return {0x80, 0xbf};
  }
}

/// Bytes of the sequence that `rest` begins with; 0: it is none.
std::size_t sequence_length(std::string_view rest) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (rest.size() < length) return 0;
  const Second second = second_after(first);
  if (byte(1) < second.least || byte(1) > second.most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  return length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view view(gw_str text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.n);
}

}  // namespace

bool is_offered(std::string_view offered, gw_str protocol) {
  if (protocol.p == nullptr) return true;
  while (!offered.empty()) {
    const std::size_t end = std::min(offered.find(','), offered.size());
    std::string_view one = offered.substr(0, end);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (one == view(protocol)) return true;
    offered.remove_prefix(std::min(end + 1, offered.size()));
  }
  return false;
}

WebSocket::WebSocket(Exchange& exchange, const gw_ws_events& events, void* to)
    : exchange_(&exchange),
      findings_(exchange.instance.bench.findings),
      events_(events),
      to_(to) {}

// -- what the app calls

bool WebSocket::is_stale(const char* function) {
  if (!is_closed_ || retained_ > 0) return false;
  findings_.report("D10",
                   std::string(function) + ": a gw_ws after closed, not retained");
  return true;
}

bool WebSocket::may_call(const char* function) {
  const std::lock_guard lock(mutex_);
  if (is_stale(function)) return false;
  // After `closed` whoever has retained it may still ask, and is told GW_E_GONE.
  return !is_closed_ && exchange_->may_call(function);
}

std::int32_t WebSocket::send(std::uint32_t kind, const void* bytes, std::size_t n) {
  if (!may_call("send of a WebSocket")) return GW_E_GONE;
  if ((kind != GW_WS_TEXT && kind != GW_WS_BINARY) || (bytes == nullptr && n > 0)) {
    exchange_->report("D2", "send: neither text nor binary, or bytes at NULL");
    return GW_E_INVALID;
  }
  if (has_sent_close_) return GW_E_GONE;
  if (kind == GW_WS_TEXT && !is_utf8({static_cast<const char*>(bytes), n})) {
    exchange_->report("D2", "send: text that is not UTF-8");
    return GW_E_INVALID;
  }
  if (n > kBuffer) return GW_E_TOOBIG;
  if (is_full_ || exchange_->random.chance(10)) {
    is_full_ = true;
    return GW_E_AGAIN;
  }
  return GW_OK;
}

std::int32_t WebSocket::resume() {
  if (!may_call("resume")) return GW_E_GONE;
  is_paused_ = false;
  return GW_OK;
}

std::int32_t WebSocket::close(std::uint32_t code, gw_str why) {
  if (!may_call("close of a WebSocket")) return GW_E_GONE;
  if (!may_be_sent(code) || why.n > kLongestReason || !is_utf8(view(why))) {
    exchange_->report("X5",
                      "close: a code that is not sent, or a reason over 123 bytes");
    return GW_E_INVALID;
  }
  if (has_sent_close_) return GW_E_GONE;
  has_sent_close_ = true;
  close_code_ = code;
  return GW_OK;
}

std::int32_t WebSocket::post(Post fn, void* arg) {
  const std::lock_guard lock(mutex_);
  if (is_stale("post") || is_closed_) return GW_E_GONE;
  if (posts_.size() >= GW_POSTS_MOST) return GW_E_AGAIN;
  posts_.push_back({fn, arg});
  return GW_OK;
}

void WebSocket::retain() {
  const std::lock_guard lock(mutex_);
  if (!is_stale("retain")) ++retained_;
}

void WebSocket::release() {
  const std::lock_guard lock(mutex_);
  if (retained_ > 0) {
    --retained_;
  } else {
    findings_.report("D10", "release: a gw_ws that was not retained");
  }
}

void WebSocket::report_references() {
  const std::lock_guard lock(mutex_);
  if (retained_ > 0) findings_.report("D10", "a gw_ws was never released");
}

// -- the client

std::optional<WebSocket::Posted> WebSocket::take_post() {
  const std::lock_guard lock(mutex_);
  if (posts_.empty()) return std::nullopt;
  const Posted first = posts_.front();
  posts_.pop_front();
  return first;
}

void WebSocket::run_posts(gw_ws* with) {
  while (const auto one = take_post()) {
    exchange_->enter("a post to a WebSocket", [&] { one->fn(with, one->arg); });
  }
}

/// One message; false when the app failed.
bool WebSocket::say(std::uint32_t kind, std::string_view text) {
  Lent place("a message");
  const gw_str bytes = place.lend_text(text, "the bytes of a message");
  std::int32_t code = GW_OK;
  exchange_->enter("message", [&] {
    code = events_.message(handle(), to_, kind, bytes.p, bytes.n);
  });
  if (code == GW_E_AGAIN) is_paused_ = true;
  if (code < GW_E_BUSY) exchange_->report("D8", "message gave a code no header knows");
  return code >= 0 || code == GW_E_AGAIN;
}

/// Posts run, and there is room again, for a moment.
void WebSocket::settle() {
  constexpr int kMoments = 20;
  for (int i = 0; i < kMoments && !has_sent_close_; ++i) {
    run_posts(handle());
    if (std::exchange(is_full_, false) && events_.writable != nullptr) {
      exchange_->enter("writable", [&] { events_.writable(handle(), to_); });
    }
    if (!is_paused_ && i > 1) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void WebSocket::run(bool is_accepted) {
  using Message = std::pair<std::uint32_t, std::string>;
  const std::array<Message, 6> messages{
      {{GW_WS_TEXT, "hello"},
       {GW_WS_TEXT, ""},
       {GW_WS_TEXT, R"({"type":"lint","text":"\u00e9"})"},
       {GW_WS_BINARY, std::string(300, '\xdb')},
       {GW_WS_TEXT, "\xc3\xa9\xf0\x9f\x98\x80"},
       {GW_WS_TEXT, std::string(60000, 'w')}}};
  constexpr std::array<std::uint32_t, 4> kEnds{1000, 1001, 1005, 1006};
  std::uint32_t code = is_accepted ? kEnds.at(exchange_->random.between(0, 3)) : 1006;
  const std::size_t count = exchange_->random.between(0, messages.size());
  for (std::size_t i = 0; is_accepted && i < count && !has_sent_close_; ++i) {
    settle();
    if (is_paused_) break;  // it never resumed; the client loses patience
    if (!say(messages.at(i).first, messages.at(i).second)) {
      code = 1011;
      break;
    }
  }
  if (is_accepted) settle();
  tell_closed(has_sent_close_ ? close_code_ : code);
}

void WebSocket::tell_closed(std::uint32_t code) {
  Lent place("a close frame");
  const gw_str why = place.lend_text(code == 1000 ? "bye" : "", "why");
  {
    const std::lock_guard lock(mutex_);
    ++retained_;  // it lives until `closed` has returned
    is_closed_ = true;
  }
  exchange_->enter("closed", [&] { events_.closed(handle(), to_, code, why); });
  {
    const std::lock_guard lock(mutex_);
    --retained_;
  }
  run_posts(nullptr);
}

// -- the table

namespace {

constexpr std::string_view kProtocols = "sec-websocket-protocol";

// NOLINTNEXTLINE(readability-function-size): the header's shape
std::int32_t accept(const gw_environ* environ, gw_str protocol, const gw_field* fields,
                    std::size_t count, const gw_ws_events* events, void* to,
                    gw_ws** handle) {
  Exchange& exchange = Exchange::of(environ);
  if (!exchange.may_call("accept")) return GW_E_STATE;
  if (!exchange.script.asks_websocket) return GW_E_UNSUPPORTED;
  if (exchange.is_gone()) return GW_E_GONE;
  if (exchange.has_head()) {
    exchange.report("D1", "accept though a head was stored");
    return GW_E_STATE;
  }
  constexpr std::size_t kLeast =
      offsetof(gw_ws_events, closed) + sizeof(events->closed);
  if (events == nullptr || events->size < kLeast || events->message == nullptr ||
      events->closed == nullptr || handle == nullptr) {
    exchange.report("D2", "accept: no events, or without size, message or closed");
    return GW_E_INVALID;
  }
  std::string_view offered;
  for (const auto& [name, value] : exchange.script.fields) {
    if (name == kProtocols) offered = value;
  }
  if (!is_offered(offered, protocol)) {
    exchange.report("X4", "accept: a protocol that the client did not offer");
    return GW_E_INVALID;
  }
  if (!check_fields(exchange, fields, count)) return GW_E_HEADER;
  auto made = std::make_shared<WebSocket>(exchange, *events, to);
  exchange.accept(made);
  *handle = made->handle();
  return GW_OK;
}

const gw_websocket kTable = {
    [](const gw_environ* environ) -> std::int32_t {
      Exchange& exchange = Exchange::of(environ);
      return exchange.may_call("is_asked") && exchange.script.asks_websocket ? 1 : 0;
    },
    accept,
    [](gw_ws* ws, std::uint32_t kind, const void* p, std::size_t n) {
      return WebSocket::of(ws).send(kind, p, n);
    },
    [](gw_ws* ws) { return WebSocket::of(ws).resume(); },
    [](gw_ws* ws, std::uint32_t code, gw_str why) {
      return WebSocket::of(ws).close(code, why);
    },
    [](gw_ws* ws, WebSocket::Post fn, void* arg) {
      return WebSocket::of(ws).post(fn, arg);
    },
    [](gw_ws* ws) { WebSocket::of(ws).retain(); },
    [](gw_ws* ws) { WebSocket::of(ws).release(); },
};

}  // namespace

const gw_websocket* websocket_table() {
  return &kTable;
}

}  // namespace appserver::lint
