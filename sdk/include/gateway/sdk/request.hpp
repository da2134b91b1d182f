// The plain way's request: the environ under the names that HTTP people use, body and
// all.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <gateway/sdk/environ.hpp>

namespace gateway {

/// One request with its complete body.
///
/// Lives:   views live until the app returns.
/// Threads: the exchange's.
class Request {
 public:
  explicit Request(const gw_environ* raw) noexcept : environ_(raw) {}

  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() = default;

  std::string_view method() const noexcept { return environ_.request_method(); }

  /// Below the place where the app is mounted, percent-decoded.
  std::string_view path() const noexcept { return environ_.path_info(); }

  /// The place where the app is mounted: what a link of its own begins with.
  std::string_view script_name() const noexcept { return environ_.script_name(); }

  /// After the question mark, as sent.
  std::string_view query() const noexcept { return environ_.query_string(); }

  std::string_view content_type() const noexcept { return environ_.content_type(); }

  std::string_view remote_addr() const noexcept { return environ_.remote_addr(); }

  /// The first field of that name, compared without case.
  std::optional<std::string_view> header(std::string_view name) const noexcept {
    return environ_.header(name);
  }

  Fields headers() const noexcept { return environ_.headers(); }

  /// The whole body. The first use reads it: at once in a buffered app, as fast as the
  /// client sends in a blocking one.
  /// Fails: Error GW_E_GONE (the client left), GW_E_TOOBIG (over the host's limit).
  std::string_view body() const {
    if (!is_read_) read_body();
    return body_;
  }

  const Environ& environ() const noexcept { return environ_; }

 private:
  static constexpr std::size_t kPiece = 4096;
  // A declared length is a promise, not yet bytes: no more than this is set aside for
  // it.
  static constexpr std::size_t kMostAhead = 1u << 20;

  void read_body() const {
    const std::int64_t declared = environ_.content_length();
    std::size_t have = 0;
    while (declared != 0) {
      if (have == body_.size()) body_.resize(have + next_room(have, declared));
      const auto bytes =
          environ_.input().read_now({body_.data() + have, body_.size() - have});
      if (!bytes)
        throw Error(GW_E_STATE, "the body is not here: the app is not buffered");
      if (bytes->empty()) break;
      have += bytes->size();
    }
    body_.resize(have);
    is_read_ = true;
  }

  static std::size_t next_room(std::size_t have, std::int64_t declared) noexcept {
    // One byte more than is left, so that the end is seen without growing again.
    const auto length = declared > 0 ? static_cast<std::size_t>(declared) : 0;
    const std::size_t left = length > have ? length - have + 1 : kPiece + have;
    return left < kMostAhead ? left : kMostAhead;
  }

  Environ environ_;
  mutable std::string body_;
  mutable bool is_read_ = false;
};

}  // namespace gateway
