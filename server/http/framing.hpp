// How the end of a response body is told. The one place that decides it. RFC 9112 6.3.
#pragma once

#include <cstddef>
#include <cstdint>

namespace appserver::http {

enum class Framing : unsigned char {
  None,  ///< no body goes out: HEAD, 204, 304 (the app's bytes are counted and dropped)
  Length,   ///< Content-Length
  Chunked,  ///< HTTP/1.1 without a length
  Close,    ///< HTTP/1.0 without a length: the end of the connection is the end of the
            ///< body
};

/// What stands around the bytes of a chunk of at most 0xffff: "ffff\r\n" and "\r\n".
inline constexpr std::size_t kChunkFrame = 6 + 2;
inline constexpr std::size_t kLastChunk = 5;  ///< "0\r\n\r\n"

struct FramingQuestion {
  unsigned version = 11;  ///< 10 or 11, of the request
  bool is_head = false;   ///< the method is HEAD
  unsigned status = 200;
  std::int64_t declared_length = -1;  ///< the app's Content-Length; -1: none
  std::int64_t known_length = -1;  ///< the whole body, if it is here already; -1: not
};

struct FramingAnswer {
  Framing framing = Framing::None;
  std::int64_t length = -1;  ///< to send as Content-Length; -1: no such field
};

FramingAnswer decide_framing(const FramingQuestion& question);

}  // namespace appserver::http
