// Who a request says it comes from, by the Basic scheme (RFC 7617).
#pragma once

#include <span>
#include <string_view>

namespace appserver::http {

/// The user-id of the value of an Authorization field, decoded into `room`, which may
/// cut it; "" where it holds no Basic credentials. Nobody has checked the password.
/// Lives: the result points into `room`.
std::string_view basic_user(std::string_view authorization, std::span<char> room);

}  // namespace appserver::http
