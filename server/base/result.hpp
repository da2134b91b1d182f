// How control code fails: a value that says what was attempted, on what, why, and what
// to do. Knows nothing of HTTP; a peer's fault is http::Rejection.
#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace appserver {

/// What the process ends with (conf/appserver.yaml lists them for users).
enum class ExitCode : int {
  Ok = 0,
  Usage = 1,        ///< a wrong flag, setting or file; --check-config failed
  Forced = 2,       ///< QUIT, or a second INT
  LintUsage = 2,    ///< wrong words for `lint`, where 1 says that a rule is broken
  CtlRefused = 1,   ///< of `ctl`: the server does not do it
  CtlUsage = 2,     ///< wrong words for `ctl`
  CtlNoServer = 3,  ///< `ctl` finds no server, or one that is not to be asked
  WorkerBoot = 3,   ///< a worker did not come up
  AppLoad = 4,      ///< an application that was asked for by name did not load
};

struct Error {
  ExitCode exit_code = ExitCode::Usage;
  std::string text;  ///< whole sentences for a person, no trailing newline
};

template <class T>
using Result = boost::system::result<T, Error>;

inline Error usage_error(std::string text) {
  return {ExitCode::Usage, std::move(text)};
}

inline Error boot_error(std::string text) {
  return {ExitCode::WorkerBoot, std::move(text)};
}

inline Error app_error(std::string text) {
  return {ExitCode::AppLoad, std::move(text)};
}

/// boost::system::result asks for it where value() is called on an error; we never do.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

}  // namespace appserver
