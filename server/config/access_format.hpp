// What an access log line is made of: the setting access_log_format, taken apart. Knows
// the names of the variables and not where their values come from; serve/access_line
// does.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace appserver::config {

/// nginx's variables that are known here, and three of ours (DurationMs, Pid, App).
enum class AccessVariable : unsigned char {
  None,  ///< only the text behind it
  RemoteAddr,
  RemoteUser,
  TimeLocal,
  TimeIso8601,
  Msec,
  Request,
  RequestMethod,
  RequestUri,
  Uri,
  Args,
  ServerProtocol,
  Status,
  BodyBytesSent,
  BytesSent,
  RequestLength,
  RequestTime,
  RequestId,
  Host,
  HttpField,  ///< $http_NAME
  Scheme,
  ServerPort,
  Connection,
  ConnectionRequests,
  DurationMs,
  Pid,
  App,
};

/// A variable and the text that follows it.
struct AccessPiece {
  AccessVariable variable = AccessVariable::None;
  std::size_t field = 0;  ///< HttpField, RemoteUser: of AccessFormat::fields
  std::string text;
};

struct AccessFormat {
  /// How what a client chose is made harmless, and what stands for nothing: in text
  /// \xHH and "-", in JSON \u00HH and "".
  enum class Escape : unsigned char { Text, Json };
  Escape escape = Escape::Text;
  std::vector<AccessPiece> pieces;
  std::vector<std::string> fields;  ///< request fields, in lower case, each once

  // Bounds of a format; a line has room for the longest value of each.
  static constexpr std::size_t kLongest = 4096;
  static constexpr std::size_t kMostVariables = 64;
  static constexpr std::size_t kMostFields = 16;

  [[nodiscard]] bool uses(AccessVariable variable) const;
};

/// Takes `combined`, `common`, `json`, or a text with $variables or ${variables}; one
/// that begins with "escape=json " is escaped as JSON, as in nginx. A newline ends each
/// line and is not written in the format. Fails: Usage, with the nearest known name.
Result<AccessFormat> parse_access_format(const std::string& word);

}  // namespace appserver::config
