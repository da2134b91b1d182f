// WebSockets (gw.websocket/1) as objects of a class, one for each:
//
//   struct Echo {
//     void message(gateway::WebSocket& ws, gateway::WsMessage message) {
//       ws.send(message.kind, message.bytes);
//     }
//   };
//   class App {
//    public:
//     explicit App(const gateway::Host& host) : websockets_(host) {}
//     void operator()(const gateway::Environ& env, gateway::StartResponse&) {
//       websockets_.accept<Echo>(env, {});
//     }
//   };
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gateway/sdk/accept.hpp>
#include <gateway/sdk/environ.hpp>
#include <gateway/sdk/error.hpp>
#include <gateway/sdk/host.hpp>
#include <gateway/sdk/wall.hpp>
#include <gateway/websocket.h>

namespace gateway {

enum class WsKind : std::uint32_t { Text = GW_WS_TEXT, Binary = GW_WS_BINARY };

/// A whole message; Text is valid UTF-8. Lives: during the hook.
struct WsMessage {
  WsKind kind;
  std::string_view bytes;
};

/// What a host lends for WebSockets. Lives: as the instance.
struct WsTables {
  const gw_host* host;
  const gw_websocket* websocket;
};

class WebSocketRef;

/// A WebSocket inside a hook or a posted step.
///
/// Lives:   during the hook; ref() is for longer.
/// Threads: the exchange's.
class WebSocket {
 public:
  WebSocket(const WsTables& tables, gw_ws* raw) noexcept
      : tables_(&tables), raw_(raw) {}

  /// Copies one message, all or nothing. GW_OK; GW_E_AGAIN: the client is slow and the
  /// host's buffer full, the hook `writable` follows; GW_E_TOOBIG: larger than that
  /// buffer; GW_E_INVALID: text that is not UTF-8; GW_E_GONE: it is closing or closed.
  std::int32_t send(WsKind kind, std::string_view bytes) noexcept {
    return tables_->websocket->send(raw_, static_cast<std::uint32_t>(kind),
                                    bytes.data(), bytes.size());
  }

  std::int32_t send(std::string_view text) noexcept { return send(WsKind::Text, text); }

  /// Begins the closing handshake: 1000..1003, 1007..1011, 3000..4999; `why` up to 123
  /// bytes of UTF-8. The hook `closed` follows. GW_OK, GW_E_INVALID, GW_E_GONE.
  std::int32_t close(std::uint32_t code, std::string_view why = {}) noexcept {
    return tables_->websocket->close(raw_, code, as_str(why));
  }

  /// In `message`: no more of them until resume().
  void pause() noexcept { paused_ = true; }

  std::int32_t resume() noexcept {
    paused_ = false;
    return tables_->websocket->resume(raw_);
  }

  bool is_paused() const noexcept { return paused_; }

  WebSocketRef ref() const noexcept;

  gw_ws* raw() const noexcept { return raw_; }

 private:
  const WsTables* tables_;
  gw_ws* raw_;
  bool paused_ = false;
};

/// A reference to a WebSocket for other threads and later times; a copy is one more.
///
/// Lives:   as long as the instance at most; the WebSocket may close meanwhile.
/// Threads: any.
class WebSocketRef {
 public:
  WebSocketRef() noexcept = default;

  WebSocketRef(const WsTables& tables, gw_ws* raw) noexcept
      : tables_(&tables), raw_(raw) {
    tables_->websocket->retain(raw_);
  }

  WebSocketRef(const WebSocketRef& other) noexcept
      : tables_(other.tables_), raw_(other.raw_) {
    if (raw_ != nullptr) tables_->websocket->retain(raw_);
  }

  WebSocketRef(WebSocketRef&& other) noexcept
      : tables_(other.tables_), raw_(std::exchange(other.raw_, nullptr)) {}

  WebSocketRef& operator=(const WebSocketRef& other) noexcept {
    return *this = WebSocketRef(other);
  }

  WebSocketRef& operator=(WebSocketRef&& other) noexcept {
    std::swap(tables_, other.tables_);
    std::swap(raw_, other.raw_);
    return *this;
  }

  ~WebSocketRef() {
    if (raw_ != nullptr) tables_->websocket->release(raw_);
  }

  explicit operator bool() const noexcept { return raw_ != nullptr; }

  /// Has `step(WebSocket&)` run on the exchange's thread, in the order of posts; it is
  /// destroyed unrun if the WebSocket closes before. What it throws is logged and
  /// closes with 1011. GW_OK; GW_E_GONE: it is closed; GW_E_AGAIN: too many wait.
  template <class Step>
  [[nodiscard]] std::int32_t post(Step step) const {
    auto posted = std::make_unique<Posted<Step>>(*tables_, std::move(step));
    const std::int32_t taken = tables_->websocket->post(raw_, &run<Step>, posted.get());
    if (taken == GW_OK) static_cast<void>(posted.release());  // frees itself
    return taken;
  }

 private:
  template <class Step>
  struct Posted {
    Posted(const WsTables& of, Step&& which) : tables(&of), step(std::move(which)) {}

    const WsTables* tables;
    Step step;
  };

  template <class Step>
  static void run(gw_ws* raw, void* arg) {
    const std::unique_ptr<Posted<Step>> self(static_cast<Posted<Step>*>(arg));
    if (raw == nullptr) return;
    WebSocket ws(*self->tables, raw);
    const std::int64_t code = guarded(self->tables->host, [&]() -> std::int64_t {
      self->step(ws);
      return GW_OK;
    });
    if (code < 0) ws.close(1011);
  }

  const WsTables* tables_ = nullptr;
  gw_ws* raw_ = nullptr;
};

inline WebSocketRef WebSocket::ref() const noexcept {
  return {*tables_, raw_};
}

// The hooks; all but `message` are optional. What one throws is logged and closes with
// 1011. The object is destroyed behind `closed`, exactly once.

/// When it is accepted; sends leave behind the 101.
template <class Peer>
concept HooksOpen = requires(Peer& peer, WebSocket& ws) {
  peer.open(ws);
};

template <class Peer>
concept HooksMessage = requires(Peer& peer, WebSocket& ws, WsMessage message) {
  peer.message(ws, message);
};

/// There is room again after a send that gave GW_E_AGAIN.
template <class Peer>
concept HooksWritable = requires(Peer& peer, WebSocket& ws) {
  peer.writable(ws);
};

/// The end. code: the peer's, 1005 if it sent none, 1006 if the connection was lost.
template <class Peer>
concept HooksClosed = requires(Peer& peer, std::string_view why) {
  peer.closed(std::uint32_t{}, why);
};

/// An object of the class Peer, as the host knows it.
template <HooksMessage Peer>
struct AcceptedPeer {
  template <class... Args>
  explicit AcceptedPeer(const WsTables& of, Args&&... args)
      : tables(&of), peer{std::forward<Args>(args)...} {}

  static AcceptedPeer& of(void* to) { return *static_cast<AcceptedPeer*>(to); }

  /// Runs a hook; a code < 0 is what it threw.
  template <class Hook>
  std::int32_t run(const Hook& hook) {
    return static_cast<std::int32_t>(guarded(tables->host, [&hook]() -> std::int64_t {
      hook();
      return GW_OK;
    }));
  }

  static std::int32_t on_message(gw_ws* raw, void* to, std::uint32_t kind,
                                 const void* p, std::size_t n) {
    AcceptedPeer& self = of(to);
    WebSocket ws(*self.tables, raw);
    const WsMessage message{static_cast<WsKind>(kind),
                            {static_cast<const char*>(p), n}};
    const std::int32_t code = self.run([&] { self.peer.message(ws, message); });
    if (code < 0) return code == GW_E_AGAIN ? GW_E_APP : code;
    return ws.is_paused() ? GW_E_AGAIN : GW_OK;
  }

  static void on_writable(gw_ws* raw, void* to) {
    if constexpr (HooksWritable<Peer>) {
      AcceptedPeer& self = of(to);
      WebSocket ws(*self.tables, raw);
      if (self.run([&] { self.peer.writable(ws); }) < 0) ws.close(1011);
    }
  }

  static void on_closed(gw_ws*, void* to, std::uint32_t code, gw_str why) {
    const std::unique_ptr<AcceptedPeer> self(&of(to));
    if constexpr (HooksClosed<Peer>) {
      self->run([&] { self->peer.closed(code, as_view(why)); });
    }
  }

  static constexpr gw_ws_events kEvents = {sizeof(gw_ws_events), 0, &on_message,
                                           HooksWritable<Peer> ? &on_writable : nullptr,
                                           &on_closed};

  const WsTables* tables;
  Peer peer;
};

/// How a WebSocket is accepted.
struct WsTerms {
  std::string_view protocol{};         ///< one of those offered; data() null: none
  std::span<const gw_field> fields{};  ///< added to the 101
};

/// Accepts WebSockets: a member of the app, made of the host in its constructor.
///
/// Lives:   as long as the instance.
/// Threads: the exchange's.
class WebSockets {
 public:
  /// Fails: Error GW_E_UNSUPPORTED, where the host has no gw.websocket/1.
  explicit WebSockets(const Host& host)
      : tables_{host.raw(), host.extension<gw_websocket>(GW_WEBSOCKET_1)} {
    if (tables_.websocket == nullptr) {
      throw Error(GW_E_UNSUPPORTED, "this host has no gw.websocket/1");
    }
  }

  WebSockets(const WebSockets&) = delete;
  WebSockets& operator=(const WebSockets&) = delete;
  ~WebSockets() = default;

  /// Does this request ask for a WebSocket, correctly?
  bool is_asked(const Environ& env) const noexcept {
    return tables_.websocket->is_asked(env.raw()) != 0;
  }

  /// The first of `known` that the client offers in Sec-WebSocket-Protocol; without
  /// data() if there is none.
  static std::string_view chosen_protocol(const Environ& env,
                                          std::span<const std::string_view> known);

  /// Accepts with a new Peer(args...), in place of start_response.
  /// Fails: what the constructor throws; Error with the host's code. GW_E_UNSUPPORTED:
  ///        it was not asked for correctly, and the host answers 400 or 426 when that
  ///        error leaves the call.
  template <class Peer, class... Args>
  void accept(const Environ& env, const WsTerms& terms, Args&&... args) const {
    using Accepted = AcceptedPeer<Peer>;
    auto made = std::make_unique<Accepted>(tables_, std::forward<Args>(args)...);
    gw_ws* raw = nullptr;
    const std::int32_t accepted = tables_.websocket->accept(
        env.raw(), as_str(terms.protocol), terms.fields.data(), terms.fields.size(),
        &Accepted::kEvents, made.get(), &raw);
    if (accepted != GW_OK) throw Error(accepted, "the host accepted no WebSocket");
    Accepted& self = *made.release();  // until `closed`
    if constexpr (HooksOpen<Peer>) {
      WebSocket ws(tables_, raw);
      if (self.run([&] { self.peer.open(ws); }) < 0) ws.close(1011);
    }
  }

 private:
  WsTables tables_;
};

inline std::string_view WebSockets::chosen_protocol(
    const Environ& env, std::span<const std::string_view> known) {
  for (const std::string_view wanted : known) {
    for (const Field field : env.headers()) {
      if (!same_name(field.name, "sec-websocket-protocol")) continue;
      bool offered = false;
      each_item(field.value, [&](std::string_view one) { offered |= one == wanted; });
      if (offered) return wanted;
    }
  }
  return {};
}

}  // namespace gateway
