// The environ of PEP 3333, as a C++ value: one pointer to what the host lends.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <gateway/sdk/fields.hpp>
#include <gateway/sdk/input.hpp>

namespace gateway {

/// What the host knows of one request. Cheap to copy: a coroutine takes it by value.
///
/// Lives:   everything seen through it lives until the exchange is over.
/// Threads: the exchange's.
class Environ {
 public:
  explicit Environ(const gw_environ* raw) noexcept : raw_(raw) {}

  std::string_view request_method() const noexcept {
    return as_view(raw_->request_method);
  }

  /// The part of the path that led to this app: empty or "/mount".
  std::string_view script_name() const noexcept { return as_view(raw_->script_name); }

  /// The rest of the path, percent-decoded: empty or beginning with a slash.
  std::string_view path_info() const noexcept { return as_view(raw_->path_info); }

  /// After the question mark, as sent; empty where there was none.
  std::string_view query_string() const noexcept { return as_view(raw_->query_string); }

  /// The target as the client sent it, undecoded.
  std::string_view request_uri() const noexcept { return as_view(raw_->request_uri); }

  std::string_view server_protocol() const noexcept {
    return as_view(raw_->server_protocol);
  }

  std::string_view url_scheme() const noexcept { return as_view(raw_->url_scheme); }

  std::string_view server_name() const noexcept { return as_view(raw_->server_name); }

  std::string_view server_port() const noexcept { return as_view(raw_->server_port); }

  std::string_view remote_addr() const noexcept { return as_view(raw_->remote_addr); }

  std::string_view remote_port() const noexcept { return as_view(raw_->remote_port); }

  std::string_view content_type() const noexcept { return as_view(raw_->content_type); }

  std::string_view request_id() const noexcept { return as_view(raw_->request_id); }

  /// Bytes of the body; 0: none, -1: a body of unknown length follows.
  std::int64_t content_length() const noexcept { return raw_->content_length; }

  /// CLOCK_MONOTONIC; 0: none.
  std::uint64_t deadline_ns() const noexcept { return raw_->deadline_ns; }

  /// GW_MULTITHREAD, GW_MULTIPROCESS, GW_REPLAY.
  std::uint32_t flags() const noexcept { return raw_->flags; }

  Fields headers() const noexcept { return {raw_->field, raw_->field_count}; }

  /// The first field of that name, compared without case.
  std::optional<std::string_view> header(std::string_view name) const noexcept {
    return headers().find(name);
  }

  /// The body of the request.
  Input input() const noexcept { return Input(raw_->input); }

  /// Adds one line to the host's log, joined with this request. `level` is GW_LOG_*.
  void log(std::uint32_t level, std::string_view text) const noexcept {
    raw_->log(raw_, level, as_str(text));
  }

  /// The contract's own struct, for what this class does not show.
  const gw_environ* raw() const noexcept { return raw_; }

 private:
  const gw_environ* raw_;
};

}  // namespace gateway
