// One table of requests, each with what must come of it, read from http_cases/*.txt
// (the form is told in http_cases/README.md). Knows no sockets and no test framework.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace appserver::testing {

/// What a line of an answer's head or body must be, or may not begin with.
struct LineCheck {
  enum class Kind { BodyHas, BodyLacks, HeadHas, HeadLacks };
  Kind kind;
  std::string text;
};

struct ExpectedAnswer {
  std::vector<int> statuses;  ///< any of them
  bool to_head = false;       ///< it answers HEAD: no body follows its fields
  std::vector<LineCheck> checks;
};

/// How a connection goes on after the answers.
enum class CaseEnd {
  Keep,   ///< the next request on it is served
  Any,    ///< either, as the last answer says
  Close,  ///< the server says so in the last answer, and closes
  Cut,    ///< the last answer stays incomplete
  Quiet,  ///< the server closes without a word about it
  Eof,    ///< the client ends its half after the bytes; the server closes, too
};

struct HttpCase {
  std::string name, spec, why;
  std::string bytes;
  std::vector<ExpectedAnswer> answers;
  CaseEnd end = CaseEnd::Keep;
  bool is_whole = false;  ///< run uncut only: where it is cut changes what is right
  bool is_first = true;   ///< false: made from another one, by its list of bytes
  std::size_t line = 0;   ///< where it begins in its file
};

/// Throws std::runtime_error with file and line where the text is not of the form.
std::vector<HttpCase> read_cases(const std::string& path);

/// Is the case about something that is served (every final answer below 400)?
bool is_accepted(const HttpCase& c);

}  // namespace appserver::testing
