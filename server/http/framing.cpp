// Decides how the response body is delimited; knows no sockets. RFC 9112 6.3, for a
// server:
//   1. HEAD, 1xx, 204, 304: no body, whatever the fields say.
//   2. 2xx to CONNECT: (not ours; CONNECT is refused in target.cpp)
//   3. Both Transfer-Encoding and Content-Length: (an app may not set the former)
//   4. chunked: ours to add, and only toward HTTP/1.1; see 8.
//   5. Invalid Content-Length from the app: (cannot occur; it was refused with its
//   field)
//   6. Content-Length: exactly that many bytes; one more is the app's error.
//   7. (requests only)
//   8. Neither: a body that is here whole gets its length; else we chunk for 1.1 and
//   close
//      after the last byte for 1.0.
#include "http/framing.hpp"

namespace appserver::http {

namespace {

/// RFC 9110 8.6: Content-Length must not go out with 1xx and 204, and with 304 only if
/// it is the length a 200 would have had, which is not ours to know.
bool has_no_content(unsigned status) {
  return status < 200 || status == 204 || status == 304;
}

/// Of an answer to HEAD: what GET would have got, or nothing. An empty body proves
/// nothing: most apps leave it out because the method is HEAD.
std::int64_t length_for_head(const FramingQuestion& question) {
  if (question.declared_length >= 0) return question.declared_length;
  return question.known_length > 0 ? question.known_length : -1;
}

}  // namespace

FramingAnswer decide_framing(const FramingQuestion& question) {
  if (has_no_content(question.status)) return {Framing::None, -1};
  if (question.is_head) return {Framing::None, length_for_head(question)};
  if (question.declared_length >= 0) return {Framing::Length, question.declared_length};
  if (question.known_length >= 0) return {Framing::Length, question.known_length};
  return {question.version >= 11 ? Framing::Chunked : Framing::Close, -1};
}

}  // namespace appserver::http
