// The WebSocket protocol on one connection, without its socket: bytes in, events and
// bytes out. Boost.Beast does frames, masks, UTF-8 and deflate, inside the .cpp; this
// adds what a server must bound. Knows neither apps nor the event loop. Spec: RFC 6455,
// RFC 7692.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "http/message.hpp"

namespace appserver::net {

/// permessage-deflate (RFC 7692). A compressing WebSocket costs a multiple of a plain
/// one; the windows decide it.
struct WebSocketDeflate {
  bool enabled = false;
  int server_window_bits = 12;      ///< 9..15; ours: 2^bits * 4 bytes
  int client_window_bits = 12;      ///< 9..15; who cannot be told less is not served it
  int memory_level = 4;             ///< 1..9; 2^(level + 9) bytes
  int level = 3;                    ///< 0..9
  std::size_t smallest_size = 128;  ///< shorter messages go as they are
};

struct WebSocketOptions {
  std::size_t message_limit = 1 << 20;  ///< bytes, decompressed; above: 1009
  std::size_t send_limit = 1 << 20;     ///< bytes that may wait for the client
  Milliseconds ping_interval{20'000};   ///< of silence; 0: never
  Milliseconds pong_timeout{20'000};    ///< after the ping: 1006
  Milliseconds close_timeout{10'000};   ///< for the other close frame: 1006
  WebSocketDeflate deflate;
};

enum class WebSocketKind : unsigned char { Text, Binary };
enum class WebSocketSent : unsigned char { Done, Again, TooBig, NotUtf8, Gone };

/// May it be sent as text?
bool is_utf8(std::string_view bytes);
/// What a message of `n` bytes may become on the wire, with its frame. Deflate may
/// store: 5 bytes a block, and a frame for each 4 KiB.
std::size_t most_on_wire(std::size_t n, bool deflating);

/// What one I/O thread's sessions share: the place where Asio keeps its services. It is
/// never run; it costs three descriptors. Lives: longer than its sessions.
class WebSocketServices {
 public:
  WebSocketServices();
  ~WebSocketServices();
  WebSocketServices(const WebSocketServices&) = delete;
  WebSocketServices& operator=(const WebSocketServices&) = delete;

 private:
  friend class WebSocketSession;
  struct Room;
  std::unique_ptr<Room> room_;
};

/// What the owner is told. During an event the session may be asked to send, close,
/// ping and resume, but not be fed, drained or destroyed.
class WebSocketEvents {
 public:
  enum class Next : unsigned char { Go, Pause };

  /// A whole message; text is valid UTF-8. Pause: no other before resume(). Lives: the
  /// bytes until it returns.
  virtual Next on_message(WebSocketKind kind, std::string_view bytes) = 0;
  /// There is room again after a send that gave Again.
  virtual void on_writable() = 0;
  /// The end, once: the peer's code, 1005 if it sent none. Nothing follows.
  virtual void on_closed(std::uint16_t code, std::string_view why) = 0;
  /// The end, once, instead: the code we told the peer (1002, 1007, 1009, 1011), or
  /// 1006, told to nobody: it is lost or silent. Nothing follows.
  virtual void on_failed(std::uint16_t code) = 0;

 protected:
  ~WebSocketEvents() = default;
};

/// How a handshake is answered; http/websocket_handshake.hpp has judged it. Views for
/// the call.
struct WebSocketAnswer {
  std::string_view key;                 ///< Sec-WebSocket-Key
  std::string_view extensions;          ///< Sec-WebSocket-Extensions; "": none offered
  std::string_view protocol;            ///< chosen of those offered; "": none
  std::span<const http::Field> fields;  ///< added to the 101, already checked
};

/// Throws: whatever an event throws; of memory; then only break_off() is left.
/// Threads: one, that of its services. Times are of one monotonic clock, in ms.
class WebSocketSession {
 public:
  /// Accepts: the 101 is in output(). Lives: `events` and `services` must outlive it.
  WebSocketSession(WebSocketServices& services, const WebSocketOptions& options,
                   const WebSocketAnswer& answer, WebSocketEvents& events,
                   std::int64_t now_ms);
  ~WebSocketSession();
  WebSocketSession(const WebSocketSession&) = delete;
  WebSocketSession& operator=(const WebSocketSession&) = delete;

  /// Takes all of `bytes`, first those that came with the handshake; events follow at
  /// once. What cannot be read yet is copied; so ask wants_input() before each.
  void feed(std::string_view bytes);
  /// False: paused, or the client leaves too much of the output lying, or over.
  [[nodiscard]] bool wants_input() const;
  /// Ends a pause; messages that are there already follow at once, if this is not
  /// called in an event, else after it.
  void resume();

  /// One message, copied, all or nothing. Again: on_writable follows. TooBig: never
  /// fits into send_limit (with its frame, and what deflate may add).
  WebSocketSent send(WebSocketKind kind, std::string_view bytes);
  /// Begins the closing handshake; `code` is one that may be sent, `why` up to 123
  /// bytes of UTF-8. on_closed or on_failed follows. False: it has begun already, or is
  /// over.
  bool close(std::uint16_t code, std::string_view why);
  /// Up to 125 bytes. False: closing, over, or no room.
  bool ping(std::string_view payload);

  /// What is to be written to the socket. Lives: until the next call.
  [[nodiscard]] std::string_view output() const;
  /// The socket has taken the first `n` bytes. Events may follow, and more output.
  void drop_output(std::size_t n);

  /// Looks at the timeouts; about once a second. In a pause nothing is read, and no
  /// pong is missed: pings go on, for the system to tell that nobody takes them.
  void tick(std::int64_t now_ms);
  /// For an owner whose last call has thrown, and after which nobody knows where the
  /// protocol is: 1011 behind the frames that are whole, unless it is over.
  void break_off();
  /// The connection is gone: on_failed(1006), unless it is over.
  void lose();

  /// Nothing more comes or is read: close the socket when output() is empty.
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool is_closing() const;
  [[nodiscard]] bool is_paused() const;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace appserver::net
