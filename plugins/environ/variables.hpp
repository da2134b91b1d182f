// The environ as rows of name and value, in the order of gateway.h.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include <gateway/sdk/environ.hpp>

/// Calls `row(name, value)` for every member of the environ; a value whose data() is
/// null is absent.
template <class Row>
void each_variable(const gateway::Environ& env, Row row) {
  row("REQUEST_METHOD", env.request_method());
  row("SCRIPT_NAME", env.script_name());
  row("PATH_INFO", env.path_info());
  row("QUERY_STRING", env.query_string());
  row("REQUEST_URI", env.request_uri());
  row("SERVER_PROTOCOL", env.server_protocol());
  row("URL_SCHEME", env.url_scheme());
  row("SERVER_NAME", env.server_name());
  row("SERVER_PORT", env.server_port());
  row("REMOTE_ADDR", env.remote_addr());
  row("REMOTE_PORT", env.remote_port());
  row("CONTENT_TYPE", env.content_type());
  row("REQUEST_ID", env.request_id());

  std::array<char, 20> digits;
  const auto number = [&digits](auto value) -> std::string_view {
    const char* end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    return {digits.data(), end};
  };
  row("CONTENT_LENGTH", number(env.content_length()));
  row("DEADLINE_NS", number(env.deadline_ns()));

  const auto flag = [&env](std::uint32_t bit) -> std::string_view {
    return (env.flags() & bit) != 0 ? "true" : "false";
  };
  row("MULTITHREAD", flag(GW_MULTITHREAD));
  row("MULTIPROCESS", flag(GW_MULTIPROCESS));
  row("REPLAY", flag(GW_REPLAY));
}
