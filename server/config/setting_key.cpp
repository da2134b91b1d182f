// The table.
#include "config/setting_key.hpp"

#include <boost/json/serialize.hpp>

#include "config/setting_readers.hpp"
#include "config/special_settings.hpp"

namespace appserver::config {
namespace {

using S = Settings;
using L = Limits;
using T = Timeouts;
using P = Proxies;
using R = Recycling;
using W = WebSockets;
using F = FaultLimits;
using Group = SettingKey::Group;
using Word = SettingKey::Word;

constexpr int kMaxThreads = 1024;
constexpr int kMillion = 1'000'000;
constexpr int kBillion = 1'000'000'000;
constexpr std::uint64_t kMiB = 1U << 20U;

// clang-format off
const std::vector<SettingKey> kKeys = {
    {"bind", "-b --bind", "ADDR", "127.0.0.1:8000", "", Group::Serving, Word::Address, false,
     read_bind, write_bind, clear_bind,
     "address to listen on: host:port, [::1]:port, unix:/path or fd://N; repeatable"},
    {"app", "", "", "", "", Group::Serving, Word::Structure, true,
     nullptr, nullptr, nullptr, "the application at /"},
    {"mounts", "", "", "", "", Group::Serving, Word::Structure, true,
     nullptr, nullptr, nullptr, "applications and where they are served"},
    {"static", "--static", "PREFIX=DIR", "", "", Group::Serving, Word::Structure, true,
     read_static_word, nullptr, clear_static,
     "folder of files, and where it is served: /assets=./public; repeatable"},
    {"plugins", "--plugins", "DIR", "", "", Group::Serving, Word::Path, true,
     read_plugins, write_text<&S::plugins>, nullptr,
     "folder of applications; each is served at /<name>"},
    {"server_name", "--server-name", "NAME", "", "", Group::Serving, Word::Plain, false,
     read_server_name, write_text<&S::server_name>, nullptr,
     "SERVER_NAME where a request names no host"},
    {"backlog", "--backlog", "N", "2048", "connections", Group::Serving, Word::Plain, false,
     read_integer<1, 65535, &S::backlog>, write_integer<&S::backlog>, nullptr,
     "connections the system holds until a worker takes them"},

    {"workers", "-w --workers", "N|auto", "auto", "processes", Group::Processes, Word::Plain, true,
     read_workers, write_workers, nullptr, "worker processes; auto: one per CPU"},
    {"threads", "--threads", "N", "4", "threads", Group::Processes, Word::Plain, true,
     read_integer<1, kMaxThreads, &S::threads>, write_integer<&S::threads>, nullptr,
     "threads of each blocking application, per worker"},
    {"queue", "--queue", "N", "1024", "calls", Group::Processes, Word::Plain, true,
     read_integer<1, kMillion, &S::queue>, write_integer<&S::queue>, nullptr,
     "calls waiting for those threads; more are answered 503"},
    {"worker_connections", "--worker-connections", "N", "10000", "connections",
     Group::Processes, Word::Plain, true,
     read_integer<1, kMillion, &S::worker_connections>, write_integer<&S::worker_connections>,
     nullptr, "open connections per worker; more wait in the backlog"},

    {"max_requests", "--max-requests", "N", "0", "requests", Group::Processes, Word::Plain, true,
     read_integer<0, kBillion, &S::recycling, &R::requests>,
     write_integer<&S::recycling, &R::requests>, nullptr,
     "requests of a worker before another takes its place; 0: no limit"},
    {"max_requests_jitter", "--max-requests-jitter", "N", "0", "requests", Group::Processes,
     Word::Plain, true,
     read_integer<0, kBillion, &S::recycling, &R::requests_jitter>,
     write_integer<&S::recycling, &R::requests_jitter>, nullptr,
     "at random up to so many more, so that not all are replaced at once"},
    {"max_worker_lifetime", "--max-worker-lifetime", "TIME", "0", "seconds", Group::Processes,
     Word::Plain, true,
     read_duration<true, &S::recycling, &R::age>, write_duration<&S::recycling, &R::age>,
     nullptr, "age of a worker before another takes its place; 0: no limit"},
    {"max_worker_rss", "--max-worker-rss", "SIZE", "0", "bytes", Group::Processes, Word::Plain,
     true,
     read_size<0, 1024 * 1024 * kMiB, &S::recycling, &R::resident>,
     write_size<&S::recycling, &R::resident>, nullptr,
     "memory of a worker before another takes its place; 0: no limit"},
    {"crash_limit", "--crash-limit", "N", "5", "crashes", Group::Processes, Word::Plain, true,
     read_integer<0, kMillion, &S::faults, &F::crash_limit>,
     write_integer<&S::faults, &F::crash_limit>, nullptr,
     "crashes of an application before it is answered 503; 0: no limit"},
    {"crash_window", "--crash-window", "TIME", "60", "seconds", Group::Processes, Word::Plain,
     true,
     read_duration<false, &S::faults, &F::crash_window>,
     write_duration<&S::faults, &F::crash_window>, nullptr,
     "the time within which they count"},

    {"timeout", "--timeout", "TIME", "30", "seconds", Group::Timeouts, Word::Plain, true,
     read_duration<true, &S::timeouts, &T::request>, write_duration<&S::timeouts, &T::request>,
     nullptr, "what an application has for one request; 0: no deadline"},
    {"event_stall", "--event-stall", "TIME", "1", "seconds", Group::Timeouts, Word::Plain, true,
     read_duration<true, &S::faults, &F::event_stall>,
     write_duration<&S::faults, &F::event_stall>, nullptr,
     "an event application that holds its thread for longer is logged; 0: not"},
    {"graceful_timeout", "--graceful-timeout", "TIME", "30", "seconds", Group::Timeouts,
     Word::Plain, true,
     read_duration<true, &S::timeouts, &T::graceful>, write_duration<&S::timeouts, &T::graceful>,
     nullptr, "what a stop waits for running requests; 0: not at all"},
    {"drain_delay", "--drain-delay", "TIME", "0", "seconds", Group::Timeouts, Word::Plain, true,
     read_duration<true, &S::timeouts, &T::drain_delay>,
     write_duration<&S::timeouts, &T::drain_delay>, nullptr,
     "after TERM, accepting goes on for so long while /readyz says 503"},
    {"startup_timeout", "--startup-timeout", "TIME", "60", "seconds", Group::Timeouts,
     Word::Plain, true,
     read_duration<false, &S::timeouts, &T::startup>, write_duration<&S::timeouts, &T::startup>,
     nullptr, "loading and creating all applications"},
    {"keepalive", "--keep-alive --keepalive", "TIME", "75", "seconds", Group::Timeouts,
     Word::Plain, true,
     read_duration<true, &S::timeouts, &T::keepalive>,
     write_duration<&S::timeouts, &T::keepalive>, nullptr,
     "idle time between two requests of a connection; 0: one request each"},
    {"client_header_timeout", "--client-header-timeout", "TIME", "60", "seconds",
     Group::Timeouts, Word::Plain, true,
     read_duration<false, &S::timeouts, &T::head>, write_duration<&S::timeouts, &T::head>,
     nullptr, "a whole request head, from its first byte"},
    {"client_body_timeout", "--client-body-timeout", "TIME", "60", "seconds", Group::Timeouts,
     Word::Plain, true,
     read_duration<false, &S::timeouts, &T::body>, write_duration<&S::timeouts, &T::body>,
     nullptr, "between two reads of a request body"},
    {"send_timeout", "--send-timeout", "TIME", "60", "seconds", Group::Timeouts, Word::Plain, true,
     read_duration<false, &S::timeouts, &T::send>, write_duration<&S::timeouts, &T::send>,
     nullptr, "between two writes that the client takes"},
    {"min_rate_grace", "--min-rate-grace", "TIME", "5", "seconds", Group::Timeouts, Word::Plain,
     true,
     read_duration<false, &S::timeouts, &T::min_rate_grace>,
     write_duration<&S::timeouts, &T::min_rate_grace>, nullptr,
     "waiting for a client before the least rates count"},
    {"websocket_ping_interval", "--websocket-ping-interval", "TIME", "20", "seconds",
     Group::Timeouts, Word::Plain, true,
     read_duration<true, &S::websockets, &W::ping_interval>,
     write_duration<&S::websockets, &W::ping_interval>, nullptr,
     "silence of a WebSocket before it is pinged; 0: never"},
    {"websocket_pong_timeout", "--websocket-pong-timeout", "TIME", "20", "seconds",
     Group::Timeouts, Word::Plain, true,
     read_duration<false, &S::websockets, &W::pong_timeout>,
     write_duration<&S::websockets, &W::pong_timeout>, nullptr,
     "waiting for an answer to that ping"},

    {"client_max_body_size", "--client-max-body-size --max-body-size", "SIZE", "1m", "bytes",
     Group::Limits, Word::Plain, true, read_body_size, write_body_size, nullptr,
     "request body; larger: 413; 0: no limit"},
    {"limit_request_line", "--limit-request-line", "SIZE", "8190", "bytes", Group::Limits,
     Word::Plain, false,
     read_size<64, kMiB, &S::limits, &L::request_line>,
     write_size<&S::limits, &L::request_line>, nullptr, "request line; longer: 414"},
    {"limit_request_fields", "--limit-request-fields", "N", "100", "fields", Group::Limits,
     Word::Plain, false,
     read_integer<1, 32768, &S::limits, &L::request_fields>,
     write_integer<&S::limits, &L::request_fields>, nullptr, "header fields; more: 431"},
    {"limit_request_field_size", "--limit-request-field-size", "SIZE", "8190", "bytes",
     Group::Limits, Word::Plain, true,
     read_size<64, kMiB, &S::limits, &L::request_field_size>,
     write_size<&S::limits, &L::request_field_size>, nullptr, "one field line; longer: 431"},
    {"limit_request_head", "--limit-request-head", "SIZE", "32k", "bytes", Group::Limits,
     Word::Plain, false,
     read_size<256, 16 * kMiB, &S::limits, &L::request_head>,
     write_size<&S::limits, &L::request_head>, nullptr, "the whole head; longer: 431"},
    {"keepalive_requests", "--keepalive-requests", "N", "0", "requests", Group::Limits,
     Word::Plain, true,
     read_integer<0, UINT32_MAX, &S::limits, &L::keepalive_requests>,
     write_integer<&S::limits, &L::keepalive_requests>, nullptr,
     "requests per connection; 0: no limit"},
    {"pipelining_depth", "--pipelining-depth", "N", "64", "requests", Group::Limits, Word::Plain,
     true,
     read_integer<1, kMillion, &S::limits, &L::pipelining_depth>,
     write_integer<&S::limits, &L::pipelining_depth>, nullptr,
     "requests of one connection before others get their turn"},
    {"limit_concurrency", "--limit-concurrency", "N", "0", "connections", Group::Limits,
     Word::Plain, true,
     read_integer<0, kMillion, &S::limits, &L::concurrency>,
     write_integer<&S::limits, &L::concurrency>, nullptr,
     "connections served per worker; more: 503; 0: no limit"},
    {"limit_connections_per_address", "--limit-connections-per-address", "N", "0", "connections",
     Group::Limits, Word::Plain, true,
     read_integer<0, kMillion, &S::limits, &L::connections_per_address>,
     write_integer<&S::limits, &L::connections_per_address>, nullptr,
     "connections of a client per worker; more: 429; 0: no limit"},
    {"client_body_min_rate", "--client-body-min-rate", "SIZE", "240", "bytes per second",
     Group::Limits, Word::Plain, true,
     read_size<0, 1024 * kMiB, &S::limits, &L::body_min_rate>,
     write_size<&S::limits, &L::body_min_rate>, nullptr,
     "least rate of a request body; slower: 408; 0: none"},
    {"send_min_rate", "--send-min-rate", "SIZE", "240", "bytes per second", Group::Limits,
     Word::Plain, true,
     read_size<0, 1024 * kMiB, &S::limits, &L::send_min_rate>,
     write_size<&S::limits, &L::send_min_rate>, nullptr,
     "least rate at which a client takes an answer; 0: none"},
    {"websocket_message_limit", "--websocket-message-limit", "SIZE", "1m", "bytes",
     Group::Limits, Word::Plain, true,
     read_size<125, 1024 * kMiB, &S::websockets, &W::message_limit>,
     write_size<&S::websockets, &W::message_limit>, nullptr,
     "one WebSocket message, decompressed; longer: 1009"},
    {"websocket_send_buffer", "--websocket-send-buffer", "SIZE", "1m", "bytes",
     Group::Limits, Word::Plain, true,
     read_size<4096, 1024 * kMiB, &S::websockets, &W::send_buffer>,
     write_size<&S::websockets, &W::send_buffer>, nullptr,
     "what a WebSocket's client may leave unread"},
    {"websocket_compression", "--websocket-compression", "", "false", "", Group::Limits,
     Word::Plain, true,
     read_boolean<&S::websockets, &W::compression>,
     write_boolean<&S::websockets, &W::compression>, nullptr,
     "permessage-deflate, where the client offers it"},

    {"forwarded_allow_ips", "--forwarded-allow-ips", "ADDR", "127.0.0.1,::1,unix", "",
     Group::Proxies, Word::Plain, true,
     read_addresses<&S::proxies, &P::forwarded_from>,
     write_addresses<&S::proxies, &P::forwarded_from>,
     clear_addresses<&S::proxies, &P::forwarded_from>,
     "proxies whose Forwarded and X-Forwarded-* are believed: addresses, networks, unix, *"},
    {"proxy_protocol", "--proxy-protocol", "off|v1|v2|auto", "off", "", Group::Proxies,
     Word::Plain, true, read_proxy_protocol, write_proxy_protocol, nullptr,
     "every connection begins with a PROXY header"},
    {"proxy_allow_from", "--proxy-allow-from", "ADDR", "127.0.0.1,::1,unix", "",
     Group::Proxies, Word::Plain, true,
     read_addresses<&S::proxies, &P::protocol_from>,
     write_addresses<&S::proxies, &P::protocol_from>,
     clear_addresses<&S::proxies, &P::protocol_from>,
     "who may connect with proxy_protocol"},

    {"accesslog", "--access-logfile", "FILE|-", "-", "", Group::Logging, Word::Path, false,
     read_access_log, write_text<&S::access_log>, nullptr,
     "where requests are logged; -: standard output; off: nowhere"},
    {"access_log_format", "--access-logformat --access-log-format", "FORMAT", "combined", "",
     Group::Logging, Word::Plain, false,
     read_access_format, write_text<&S::access_log_format>, nullptr,
     "combined, common, json, or a text with nginx's $variables"},
    {"errorlog", "--error-logfile --log-file", "FILE|-", "-", "", Group::Logging, Word::Path, false,
     read_error_log, write_text<&S::error_log>, nullptr,
     "where everything else is logged; -: standard error"},
    {"errorlog_format", "--error-logformat", "text|json", "text", "", Group::Logging,
     Word::Plain, false, read_error_log_format, write_text<&S::error_log_format>, nullptr,
     "lines for a person, or a JSON object each"},
    {"loglevel", "--log-level", "LEVEL", "info", "", Group::Logging, Word::Plain, true,
     read_log_level, write_text<&S::log_level>, nullptr,
     "debug, info, warning, error or critical"},
    {"debug", "--debug", "", "false", "", Group::Logging, Word::Plain, true,
     read_boolean<&S::debug>, write_boolean<&S::debug>, nullptr,
     "500 pages say what failed and where; never in production"},

    {"pidfile", "-p --pid", "FILE", "", "", Group::Process, Word::Path, false,
     read_text<&S::pidfile>, write_text<&S::pidfile>, nullptr, "where the process id is written"},
    {"control_socket", "--control-socket", "FILE|off", "", "", Group::Process, Word::Path, false,
     read_control_socket, write_text<&S::control_socket>, nullptr,
     "unix socket of appserver ctl; else one in the server's own folder"},
    {"admin_bind", "--admin-bind", "ADDR", "", "", Group::Process, Word::Address, false,
     read_admin_bind, write_admin_bind, nullptr,
     "address of /healthz, /readyz and /metrics; else nowhere"},
    {"user", "-u --user", "NAME", "", "", Group::Process, Word::Plain, false,
     read_text<&S::user>, write_text<&S::user>, nullptr,
     "whom the server becomes when it listens; needs root"},
    {"group", "-g --group", "NAME", "", "", Group::Process, Word::Plain, false,
     read_text<&S::group>, write_text<&S::group>, nullptr, "instead of that user's own group"},
    {"umask", "-m --umask", "MODE", "", "", Group::Process, Word::Plain, false,
     read_umask, write_text<&S::umask>, nullptr,
     "permissions that new files do not get, octal; else as it was started with"},
    {"chdir", "--chdir", "DIR", "", "", Group::Process, Word::Path, false,
     read_text<&S::chdir>, write_text<&S::chdir>, nullptr,
     "working directory; else as it was started with"},
    {"runtime_dir", "--runtime-dir", "DIR", "", "", Group::Process, Word::Path, false,
     read_text<&S::runtime_dir>, write_text<&S::runtime_dir>, nullptr,
     "private copies of modules; else a folder that is made and removed"},
    {"single_process", "--single-process", "", "false", "", Group::Process, Word::Plain, false,
     read_boolean<&S::single_process>, write_boolean<&S::single_process>, nullptr,
     "serve without worker processes, for debuggers"},
};
// clang-format on

}  // namespace

const std::vector<SettingKey>& setting_keys() {
  return kKeys;
}

const SettingKey* find_key(std::string_view name) {
  const auto found =
      std::find_if(kKeys.begin(), kKeys.end(),
                   [&](const SettingKey& key) { return key.name == name; });
  return found == kKeys.end() ? nullptr : &*found;
}

std::vector<std::string> key_names() {
  std::vector<std::string> names;
  names.reserve(kKeys.size());
  for (const SettingKey& key : kKeys) names.emplace_back(key.name);
  return names;
}

std::string environment_name(const SettingKey& key) {
  std::string name = "APPSERVER_";
  for (const char c : key.name) {
    name += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

std::string main_flag(const SettingKey& key) {
  for (const std::string& flag : split(key.flags, ' ')) {
    if (flag.size() > 2) return flag;
  }
  return "";
}

std::string yaml_string(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace appserver::config
