// One WebSocket: drives Beast's stream over a MemoryStream and adds what a server must
// bound. The only unit that sees Beast's WebSocket. Sends go through Beast's
// synchronous write, because the output takes all; reads, pongs and close frames
// through its asynchronous form, because bytes come when they come. Nothing of Beast's
// is between two steps when a public function returns, but a read that waits.
//
// What Beast leaves to us:
//   1. Close codes above 4999 are taken and echoed: 1002 (7.4.2).
//   2. A character left unfinished before an empty last fragment is taken: 1007 (8.1).
//   3. A failure to inflate ends without a close frame: 1007.
//   4. Every ping is answered, however little the client reads (WebSocketOutput).
//   5. After our close frame, a broken frame behind a half-read message is never looked
//      at: the close timeout ends it.
#include "net/websocket_session.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/option.hpp>

#include "net/websocket_engine.hpp"

namespace appserver::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using beast::http::field;

constexpr std::uint16_t kProtocolError = 1002, kNoStatus = 1005, kLost = 1006,
                        kBadPayload = 1007, kTooBig = 1009, kInternalError = 1011;
constexpr std::size_t kFirstRoom = 128;  // of a message; an idle WebSocket keeps it
constexpr std::size_t kLongestWhy = 123;

beast::string_view seen_by_beast(std::string_view s) {
  return {s.data(), s.size()};
}

std::string_view seen_by_us(beast::string_view s) {
  return {s.data(), s.size()};
}

/// May a peer send this code? (RFC 6455 7.4)
bool may_be_sent(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

/// Of text that is UTF-8 as far as it goes.
bool ends_inside_a_character(std::string_view text) {
  for (std::size_t i = 1; i <= std::min<std::size_t>(3, text.size()); ++i) {
    const auto c = static_cast<unsigned char>(text[text.size() - i]);
    if ((c & 0xc0U) == 0x80U) continue;
    const std::size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
    return length > i;
  }
  return false;
}

websocket::permessage_deflate deflate_of(const WebSocketDeflate& deflate) {
  websocket::permessage_deflate option;
  option.server_enable = deflate.enabled;
  option.server_max_window_bits = deflate.server_window_bits;
  option.client_max_window_bits = deflate.client_window_bits;
  option.memLevel = deflate.memory_level;
  option.compLevel = deflate.level;
  option.msg_size_threshold = deflate.smallest_size;
  return option;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  // Beast reckons with the address, and absent bytes have none.
  return bytes.empty() || websocket::detail::check_utf8(bytes.data(), bytes.size());
}

std::size_t most_on_wire(std::size_t n, bool deflating) {
  return deflating ? n + n / 256 + 64 : n + 10;
}

WebSocketServices::WebSocketServices() : room_(std::make_unique<Room>()) {}

WebSocketServices::~WebSocketServices() = default;

void WebSocketSession::Engine::accept(const WebSocketAnswer& answer) {
  ws.auto_fragment(false);
  ws.read_message_max(options.message_limit);
  if (options.deflate.enabled) ws.set_option(deflate_of(options.deflate));
  ws.control_callback([this](websocket::frame_type kind, beast::string_view) {
    if (kind != websocket::frame_type::close) return;
    const std::uint16_t code = ws.reason().code;
    if (code != 0 && !may_be_sent(code)) pipe.output.refuse_peer_code();
  });
  // Beast finds accept value and extensions; the words around them are ours, as in all
  // our answers.
  std::string accepted, extensions;
  ws.set_option(websocket::stream_base::decorator(
      [&accepted, &extensions](websocket::response_type& response) {
        accepted = seen_by_us(response[field::sec_websocket_accept]);
        extensions = seen_by_us(response[field::sec_websocket_extensions]);
      }));
  beast::http::request<beast::http::empty_body> request;
  request.method(beast::http::verb::get);
  request.version(11);
  request.target("/");
  request.set(field::host, "judged");
  request.set(field::connection, "upgrade");
  request.set(field::upgrade, "websocket");
  request.set(field::sec_websocket_version, "13");
  request.set(field::sec_websocket_key, seen_by_beast(answer.key));
  if (!answer.extensions.empty()) {
    request.set(field::sec_websocket_extensions, seen_by_beast(answer.extensions));
  }
  beast::error_code ec;
  ws.accept(request, ec);
  ws.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
  pipe.output.drop(pipe.output.size());
  if (ec) return fail(kLost);  // not judged before, against the contract
  deflating = !extensions.empty();
  answer_handshake(answer, accepted, extensions);
}

void WebSocketSession::Engine::answer_handshake(const WebSocketAnswer& answer,
                                                std::string_view accepted,
                                                std::string_view extensions) {
  std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  add("Connection", "Upgrade");
  add("Upgrade", "websocket");
  add("Sec-WebSocket-Accept", accepted);
  if (!answer.protocol.empty()) add("Sec-WebSocket-Protocol", answer.protocol);
  if (!extensions.empty()) add("Sec-WebSocket-Extensions", extensions);
  for (const http::Field& added : answer.fields) {
    add(http::view(added.name), http::view(added.value));
  }
  pipe.output.append(head.append("\r\n"));
}

/// Steps until only new input, or the owner, can make another one.
void WebSocketSession::Engine::run() {
  if (running) return;  // an event asked for something; the loop below goes on with it
  running = true;
  while (!over) {
    if (!pipe.deferred.empty()) {
      const auto call = std::move(pipe.deferred.front());
      pipe.deferred.erase(pipe.deferred.begin());
      call->run();
    } else if (!reading && !paused && !closing) {
      start_read();
    } else if (pipe.reader && !pipe.input.empty() && !is_held()) {
      const auto reader = std::move(pipe.reader);
      reader->continue_with(pipe.input);
    } else {
      break;
    }
  }
  running = false;
  keep_rest();
}

/// What is left of the input is the caller's, unless it is in `rest` already.
void WebSocketSession::Engine::keep_rest() {
  if (over || pipe.input.empty()) {
    if (rest.capacity() != 0) std::string().swap(rest);
    pipe.input = {};
  } else if (rest.empty()) {
    rest = pipe.input;
    pipe.input = rest;
  }
}

/// Room grows with what has come, not with what a frame announces.
void WebSocketSession::Engine::start_read() {
  if (got == message.size()) message.resize(std::max(kFirstRoom, 4 * got));
  reading = true;
  ws.async_read_some(
      asio::mutable_buffer(message.data() + got, message.size() - got),
      [this](const beast::error_code& ec, std::size_t n) { on_read(ec, n); });
}

void WebSocketSession::Engine::on_read(const beast::error_code& ec, std::size_t n) {
  reading = false;
  if (ec) return on_read_failed(ec);
  got += n;
  if (ws.is_message_done()) deliver();
}

void WebSocketSession::Engine::deliver() {
  const std::string_view bytes(message.data(), std::exchange(got, 0));
  if (closing) return;  // we have said that we are leaving
  const auto kind = ws.got_text() ? WebSocketKind::Text : WebSocketKind::Binary;
  if (kind == WebSocketKind::Text && ends_inside_a_character(bytes)) {
    return fail(kBadPayload);
  }
  paused = events.on_message(kind, bytes) == WebSocketEvents::Next::Pause;
  if (message.size() > kFirstRoom) std::string().swap(message);
}

void WebSocketSession::Engine::on_read_failed(const beast::error_code& ec) {
  if (ec == websocket::error::closed) return end_by_peer();
  // Our close has taken the reading over, or waits for what this failure blocks.
  if (closing && ec == asio::error::operation_aborted) return;
  if (ec == websocket::error::message_too_big) return fail(kTooBig);
  if (ec == websocket::error::bad_frame_payload) return fail(kBadPayload);
  fail(pipe.output.is_closed() ? kProtocolError : kBadPayload);
}

void WebSocketSession::Engine::on_close_done(const beast::error_code& ec) {
  if (ec) return fail(kProtocolError);
  end_by_peer();
}

void WebSocketSession::Engine::end_by_peer() {
  const websocket::close_reason& reason = ws.reason();
  const std::uint16_t code = reason.code;
  if (code != 0 && !may_be_sent(code)) return fail(kProtocolError);
  over = true;
  events.on_closed(code == 0 ? kNoStatus : code,
                   {reason.reason.data(), reason.reason.size()});
}

/// Fails the connection (RFC 6455 7.1.7); the peer is told unless it has been told to
/// close.
void WebSocketSession::Engine::fail(std::uint16_t code) {
  over = true;
  if (!pipe.output.is_closed() && code != kLost) {
    const char frame[] = {'\x88', 2, static_cast<char>(code >> 8U),
                          static_cast<char>(code & 0xffU)};
    pipe.output.append_control({frame, sizeof frame});
  }
  events.on_failed(code);
}

void WebSocketSession::Engine::lose() {
  if (!over) fail(kLost);
}

WebSocketSession::WebSocketSession(WebSocketServices& services,
                                   const WebSocketOptions& options,
                                   const WebSocketAnswer& answer,
                                   WebSocketEvents& events, std::int64_t now_ms)
    : engine_(
          std::make_unique<Engine>(services.room_->services, options, events, now_ms)) {
  engine_->accept(answer);
}

WebSocketSession::~WebSocketSession() = default;

void WebSocketSession::feed(std::string_view bytes) {
  Engine& e = *engine_;
  if (e.over) return;
  e.life = e.now;
  e.pinged = false;
  e.pipe.output.mark_neglected();
  if (e.rest.empty()) {
    e.pipe.input = bytes;
  } else {
    e.rest.erase(0, e.rest.size() - e.pipe.input.size());
    e.rest.append(bytes);
    e.pipe.input = e.rest;
  }
  e.run();
}

bool WebSocketSession::wants_input() const {
  const Engine& e = *engine_;
  return !e.over && e.rest.empty() && (e.closing || !e.paused) && !e.is_held();
}

void WebSocketSession::resume() {
  engine_->paused = false;
  engine_->run();
}

WebSocketSent WebSocketSession::send(WebSocketKind kind, std::string_view bytes) {
  Engine& e = *engine_;
  if (e.over || e.closing) return WebSocketSent::Gone;
  const bool is_text = kind == WebSocketKind::Text;
  if (is_text && !is_utf8(bytes)) return WebSocketSent::NotUtf8;
  const std::size_t size = most_on_wire(bytes.size(), e.deflating);
  if (size > e.options.send_limit) return WebSocketSent::TooBig;
  if (size >
      e.options.send_limit - std::min(e.options.send_limit, e.pipe.output.size())) {
    e.wants_room = true;
    return WebSocketSent::Again;
  }
  const std::size_t before = e.pipe.output.size();
  beast::error_code ec;
  try {
    e.ws.text(is_text);
    e.ws.write(asio::const_buffer(bytes.data(), bytes.size()), ec);
  } catch (...) {
    e.pipe.output.cut(before);
    throw;
  }
  return ec ? WebSocketSent::Gone : WebSocketSent::Done;
}

bool WebSocketSession::close(std::uint16_t code, std::string_view why) {
  Engine& e = *engine_;
  if (e.over || e.closing) return false;
  e.closing = true;
  e.closing_since = e.now;
  why = why.substr(0, kLongestWhy);
  websocket::close_reason reason;
  reason.code = code;
  reason.reason.assign(why.begin(), why.end());
  e.ws.async_close(reason, [&e](const beast::error_code& ec) { e.on_close_done(ec); });
  e.run();
  return true;
}

bool WebSocketSession::ping(std::string_view payload) {
  Engine& e = *engine_;
  if (e.over || e.closing || e.is_held()) return false;
  beast::error_code ec;
  e.ws.ping(websocket::ping_data(payload.begin(), payload.end()), ec);
  return !ec;
}

std::string_view WebSocketSession::output() const {
  return engine_->pipe.output.view();
}

void WebSocketSession::drop_output(std::size_t n) {
  Engine& e = *engine_;
  WebSocketOutput& output = e.pipe.output;
  output.drop(n);
  if (e.over) return;
  if (output.size() != 0) {  // it was stuck and moves: so the peer is there
    e.life = e.now;
    e.pinged = false;
  }
  if (e.wants_room && output.size() <= e.options.send_limit / 2) {
    e.wants_room = false;
    e.events.on_writable();
  }
  e.run();
}

void WebSocketSession::tick(std::int64_t now_ms) {
  Engine& e = *engine_;
  e.now = now_ms;
  if (e.over) return;
  if (e.closing) {
    if (now_ms - e.closing_since >= e.options.close_timeout.count()) e.lose();
    return;
  }
  if (e.options.ping_interval.count() == 0) return;
  // While we do not listen, silence says nothing: the ping has left, and no more.
  if (e.paused && e.pinged && e.pipe.output.size() == 0) {
    e.life = e.pinged_at;
    e.pinged = false;
  }
  if (e.pinged) {
    if (now_ms - e.pinged_at >= e.options.pong_timeout.count()) e.lose();
  } else if (now_ms - e.life >= e.options.ping_interval.count()) {
    e.pinged = true;
    e.pinged_at = now_ms;
    if (e.pipe.output.size() == 0) ping({});  // else what lies there asks as well
  }
}

void WebSocketSession::lose() {
  engine_->lose();
}

void WebSocketSession::break_off() {
  if (engine_->over) return;
  try {
    engine_->fail(kInternalError);
  } catch (...) {  // not even a close frame
    engine_->fail(kLost);
  }
}

bool WebSocketSession::is_over() const {
  return engine_->over;
}

bool WebSocketSession::is_closing() const {
  return engine_->closing;
}

bool WebSocketSession::is_paused() const {
  return engine_->paused;
}

}  // namespace appserver::net
