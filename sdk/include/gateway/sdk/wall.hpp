// The wall between C++ and C: no exception passes it. The only file that catches what
// an app throws.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <string_view>

#include <gateway/gateway.h>
#include <gateway/sdk/error.hpp>

namespace gateway {

/// Inside a handler: logs the exception in flight through `log(level, text)` and says
/// which code the host shall have.
///
/// A call of the host that failed goes back to it with its own code, so that it can
/// tell a client that left from a broken app; what an app throws of its own is
/// GW_E_APP. The text is logged here because the exception's code may be unmapped
/// later.
template <class Log>
std::int32_t code_of_exception(const Log& log) noexcept {
  try {
    throw;
  } catch (const Error& error) {
    log(error.code() == GW_E_GONE ? GW_LOG_INFO : GW_LOG_ERROR, error.what());
    return error.code() < 0 ? error.code() : GW_E_APP;
  } catch (const std::bad_alloc& failure) {
    log(GW_LOG_ERROR, failure.what());
    return GW_E_NOMEM;
  } catch (const std::exception& failure) {
    log(GW_LOG_ERROR, failure.what());
  } catch (...) {
    log(GW_LOG_ERROR, "the app threw something that is not a std::exception");
  }
  return GW_E_APP;
}

/// Runs a step of the app behind the wall: returns what it returns, or a GW_E_* code
/// where it threw. `Lender` is the gw_environ or gw_host whose log gets the text.
template <class Lender, class Step>
std::int64_t guarded(const Lender* lender, Step step) noexcept {
  try {
    return step();
  } catch (...) {
    return code_of_exception([lender](std::uint32_t level, std::string_view text) {
      lender->log(lender, level, {text.data(), text.size()});
    });
  }
}

}  // namespace gateway
