// Reads the words of an operator as values: durations, sizes, addresses. Says what is
// wrong with a word and how to write it; the caller adds where the word stood.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace appserver::config {

/// What `client_max_body_size: 0` means, as in nginx.
inline constexpr std::uint64_t kNoBodyLimit = INT64_MAX;

/// `word` in double quotes as messages show it: control characters escaped, long ones
/// cut.
std::string in_quotes(std::string_view word);

bool is_utf8(std::string_view text);

/// A whole number from `low` to `high`. Fails: Usage.
Result<std::int64_t> parse_integer(std::string_view word, std::int64_t low,
                                   std::int64_t high);

/// true/false, yes/no, on/off, 1/0 in any case. Fails: Usage.
Result<bool> parse_boolean(std::string_view word);

/// "30" (seconds) or a whole number with ms, s, m, h or d; at most 365 days. Fails:
/// Usage.
Result<milliseconds> parse_duration(std::string_view word);

/// As parse_duration reads it: "30", or "1500ms" when not whole seconds.
std::string duration_text(milliseconds value);

/// Bytes, or a whole number with k, m or g (1024) in either case. Fails: Usage.
Result<std::uint64_t> parse_size(std::string_view word);

/// As parse_size reads it, with the largest unit that divides `bytes`.
std::string size_text(std::uint64_t bytes);

/// A request body's limit: as parse_size; 0 is kNoBodyLimit. Fails: Usage.
Result<std::uint64_t> parse_body_size(std::string_view word);

/// As parse_body_size reads it.
std::string body_size_text(std::uint64_t bytes);

/// host:port, [::1]:port, :port or *:port (every IPv4 address), unix:/path, fd://N.
/// Fails: Usage; also for a path longer than a socket address holds.
Result<BindAddress> parse_address(std::string_view word);

/// A path as mounts hold it: "/api/" becomes "/api". Requests are matched after their
/// dots and slashes are resolved, so one that holds such would never be served. Fails:
/// Usage.
Result<std::string> parse_mount_path(std::string path);

/// A host as mounts and server_name hold it: lower-case, no port. Fails: Usage.
Result<std::string> parse_host(std::string_view word);

}  // namespace appserver::config
