// The one exception of the SDK: a call of the host that failed, with the host's code.
#pragma once

#include <cstdint>
#include <exception>

#include <gateway/gateway.h>

namespace gateway {

/// The contract's name of a result code, for people: "GW_E_GONE".
constexpr const char* name_of_code(std::int64_t code) noexcept {
  switch (code) {
    case GW_OK:
      return "GW_OK";
    case GW_E_APP:
      return "GW_E_APP";
    case GW_E_INVALID:
      return "GW_E_INVALID";
    case GW_E_STATE:
      return "GW_E_STATE";
    case GW_E_SENT:
      return "GW_E_SENT";
    case GW_E_GONE:
      return "GW_E_GONE";
    case GW_E_AGAIN:
      return "GW_E_AGAIN";
    case GW_E_TIMEOUT:
      return "GW_E_TIMEOUT";
    case GW_E_TOOBIG:
      return "GW_E_TOOBIG";
    case GW_E_HEADER:
      return "GW_E_HEADER";
    case GW_E_NOMEM:
      return "GW_E_NOMEM";
    case GW_E_UNSUPPORTED:
      return "GW_E_UNSUPPORTED";
    case GW_E_BUSY:
      return "GW_E_BUSY";
    default:
      return "an unknown code";
  }
}

/// Thrown when the host refuses a call. An app may catch it, and mostly does not: the
/// wall returns the code to the host, which knows best what a client that left is
/// worth.
///
/// Lives: `text` must be a literal; nothing is copied, so that throwing needs no memory
/// of
///        ours.
class Error : public std::exception {
 public:
  Error(std::int64_t code, const char* text) noexcept
      : code_(static_cast<std::int32_t>(code)), text_(text) {}

  const char* what() const noexcept override { return text_; }

  /// GW_E_*: why.
  std::int32_t code() const noexcept { return code_; }

 private:
  std::int32_t code_;
  const char* text_;
};

}  // namespace gateway
