// Everything an operator can set, as one value with its defaults. Knows neither YAML
// nor flags; conf/appserver.yaml documents each key in the same order.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address_set.hpp"

namespace appserver::config {

using std::chrono::milliseconds;

/// One address to listen on: host:port, [::1]:port, unix:/path or fd://N.
struct BindAddress {
  enum class Kind { Tcp, Unix, Inherited };
  Kind kind = Kind::Tcp;
  std::string host;        ///< Tcp: name or address, no brackets
  std::uint16_t port = 0;  ///< Tcp: 0 lets the system choose
  std::string path;        ///< Unix
  int fd = -1;             ///< Inherited

  /// As a user writes it: "127.0.0.1:8000", "[::1]:8000", "unix:/run/a.sock", "fd://3".
  [[nodiscard]] std::string text() const;
  bool operator==(const BindAddress&) const = default;
};

/// An app around the app of a mount.
struct MiddlewareSettings {
  std::string app;                 ///< module:callable as written
  std::string config_json = "{}";  ///< its `config`, one JSON object
  bool operator==(const MiddlewareSettings&) const = default;
};

/// One application and where it is served.
struct MountSettings {
  std::string host;        ///< lower-case, no port; empty: every host
  std::string path = "/";  ///< prefix: "/" or "/api", never with a slash at its end
  std::string app;         ///< module:callable as written
  std::string config_json = "{}";              ///< the app's `config`, one JSON object
  std::vector<MiddlewareSettings> middleware;  ///< around the app, outer first
  std::optional<int> threads;                  ///< instead of Settings::threads
  std::optional<std::uint64_t> client_max_body_size;  ///< bytes; instead of Settings'
  bool required = true;     ///< false: found in a folder; a bad one is skipped
  std::string origin;       ///< where it was asked for: "command line", "a.yaml:12"
  std::string static_root;  ///< of `static`: the folder, which config_json has not
  bool operator==(const MountSettings&) const = default;
};

/// What a client may ask of us (RFC 6585, RFC 9110 15.5).
struct Limits {
  std::uint32_t request_line = 8190;        ///< bytes; above: 414
  std::uint32_t request_fields = 100;       ///< fields; above: 431
  std::uint32_t request_field_size = 8190;  ///< bytes of one field line; above: 431
  std::uint32_t request_head = 32768;       ///< bytes of the whole head; above: 431
  std::uint64_t body = 1048576;             ///< bytes; above: 413
  std::uint32_t keepalive_requests = 0;     ///< per connection; 0: no limit
  std::uint32_t pipelining_depth = 64;      ///< requests; then others get their turn
  std::uint32_t concurrency = 0;  ///< connections per worker; above: 503; 0: no limit
  std::uint32_t connections_per_address = 0;  ///< per worker; above: 429; 0: no limit
  std::uint64_t body_min_rate = 240;          ///< bytes a second; 0: none
  std::uint64_t send_min_rate = 240;          ///< bytes a second; 0: none
  bool operator==(const Limits&) const = default;
};

struct Timeouts {
  milliseconds head{60'000};           ///< the whole request head, from its first byte
  milliseconds body{60'000};           ///< between two reads of a request body
  milliseconds send{60'000};           ///< between two writes that the client takes
  milliseconds min_rate_grace{5'000};  ///< of waiting before the least rates count
  milliseconds keepalive{75'000};      ///< idle between two requests
  milliseconds request{30'000};        ///< what an app is given (environ.deadline_ns)
  milliseconds graceful{30'000};       ///< what a stop waits for running requests
  milliseconds drain_delay{0};         ///< accepting goes on for so long after TERM
  milliseconds startup{60'000};        ///< loading and create() of all apps
  bool operator==(const Timeouts&) const = default;
};

/// When a worker has had its time and another takes its place; 0: never.
struct Recycling {
  std::uint64_t requests = 0;         ///< answered by it
  std::uint64_t requests_jitter = 0;  ///< at random up to so many more
  milliseconds age{0};
  std::uint64_t resident = 0;  ///< bytes of memory
  bool operator==(const Recycling&) const = default;
};

/// What is done about apps that crash, or hold what others need.
struct FaultLimits {
  std::uint32_t crash_limit = 5;      ///< crashes; then it is out of service; 0: never
  milliseconds crash_window{60'000};  ///< within which they count
  milliseconds event_stall{1'000};    ///< an I/O thread away for longer: logged; 0: not
  bool operator==(const FaultLimits&) const = default;
};

/// RFC 6455, for each WebSocket.
struct WebSockets {
  std::uint32_t message_limit = 1048576;  ///< bytes; above: closed with 1009
  std::uint32_t send_buffer = 1048576;    ///< bytes that may wait for the client
  milliseconds ping_interval{20'000};     ///< of silence; 0: never
  milliseconds pong_timeout{20'000};      ///< after the ping; then it is lost
  bool compression = false;               ///< permessage-deflate (RFC 7692)
  bool operator==(const WebSockets&) const = default;
};

/// 127.0.0.1, ::1 and Unix sockets: peers on this machine.
AddressSet local_peers();

enum class ProxyProtocol : unsigned char { Off, V1, V2, Auto };

/// Whom we believe what they say of the clients behind them.
struct Proxies {
  AddressSet forwarded_from =
      local_peers();  ///< Forwarded, X-Forwarded-*, X-Request-ID
  ProxyProtocol protocol = ProxyProtocol::Off;
  AddressSet protocol_from = local_peers();  ///< with protocol on, others are closed
  bool operator==(const Proxies&) const = default;
};

struct Settings {
  std::vector<BindAddress> bind;  ///< empty: 127.0.0.1:8000, or 0.0.0.0:$PORT
  int workers = 0;                ///< 0: auto, one per CPU this process may use
  int threads = 4;                ///< of each blocking app, per worker
  int queue = 1024;  ///< calls waiting for a blocking app's threads; then 503
  int worker_connections = 10'000;  ///< per worker; above, new ones wait in the backlog
  int backlog = 2048;
  std::string plugins;  ///< folder for bare names; empty: the default ones
  bool serve_plugins_folder = false;  ///< it was named: mount everything in it
  std::vector<MountSettings> mounts;
  Recycling recycling;
  FaultLimits faults;
  Limits limits;
  Timeouts timeouts;
  WebSockets websockets;
  Proxies proxies;
  std::string access_log = "-";  ///< "-": stdout, "" or "off": none, else a file
  std::string access_log_format = "combined";  ///< as parse_access_format takes it
  std::string error_log = "-";                 ///< "-": stderr
  std::string error_log_format = "text";       ///< text json
  std::string log_level = "info";              ///< debug info warning error critical
  std::string server_name;  ///< SERVER_NAME where a request names no host
  std::string pidfile;
  std::string control_socket;  ///< "": in the server's own folder; "off": none
  std::optional<BindAddress> admin_bind;  ///< probes and metrics; none: off
  std::string user, group;      ///< names or numbers; empty: as it was started
  std::string umask;            ///< octal digits; empty: as it was started
  std::string chdir;            ///< empty: as it was started
  std::string runtime_dir;      ///< private copies of modules; empty: made and removed
  bool debug = false;           ///< 500 pages say what failed and where
  bool single_process = false;  ///< everything in this process, for debuggers
  bool operator==(const Settings&) const = default;
};

}  // namespace appserver::config
