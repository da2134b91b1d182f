// The Authorization field of RFC 7617, read strictly. Knows no users.
#pragma once

#include <optional>
#include <string>
#include <string_view>

struct Credentials {
  std::string user, password;
};

/// "Basic dXNlcjpwYXNz" with the scheme in any case; nothing for everything else: other
/// schemes, bad base64, no colon, control bytes, more than 1 KiB.
///
/// Spec: RFC 7617 §2; RFC 4648 §4 (padding needed, no stray bits).
std::optional<Credentials> read_credentials(std::string_view authorization);
