// The grammar of fields (RFC 9110 5) and which of them an app may not send (PEP 3333).
#pragma once

#include <string_view>

#include "http/message.hpp"

namespace appserver::http {

/// token = 1*tchar. By table, no branches per class.
bool is_token(std::string_view text);

/// No control byte but TAB, no DEL, no white space at either end; bytes above 0x7f may
/// be.
bool is_field_value(std::string_view text);

/// ASCII case-insensitive.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Does a comma-separated list hold `token` (in any case)? OWS is SP and TAB.
bool list_has_token(std::string_view list, std::string_view token);

/// What a response field means to the server that sends it.
enum class ResponseField : unsigned char {
  Ordinary,
  ContentLength,
  Date,
  Server,
  Forbidden,  ///< hop-by-hop: connection, keep-alive, proxy-connection,
              ///< transfer-encoding, te, trailer, upgrade (GW-S9); and `status` (GW-S7)
};

/// By length first, then by bytes: most names cost one comparison.
ResponseField classify_response_field(std::string_view name);

/// Digits only; fails on empty, signs, spaces and numbers above 2^63-1.
bool parse_content_length(std::string_view text, std::int64_t& out);

}  // namespace appserver::http
