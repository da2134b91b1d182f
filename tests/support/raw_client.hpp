// A client that sends the bytes it is told and reports the bytes that came. It blocks,
// with a deadline on every wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/deadline.hpp"
#include "support/response.hpp"

namespace appserver::testing {

/// Throws std::runtime_error when it cannot connect, or a deadline is reached: the test
/// fails.
class RawClient {
 public:
  /// Connects to 127.0.0.1. `receive_buffer`: SO_RCVBUF, for a client that reads
  /// slowly.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  static RawClient to_unix_socket(const std::string& path);
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient();

  /// Sends all of it. Returns false when the server has closed (which may be what is
  /// tested).
  bool send(std::string_view bytes);
  /// Sends `size` bytes at a time, each in a segment of its own.
  bool send_in_pieces(std::string_view bytes, std::size_t size);
  /// Sends up to `size` bytes of filling. False when the server took none for a second,
  /// or closed.
  bool fill(std::size_t size);
  void half_close();
  /// Closes so that the server sees a reset and not an end.
  void reset();
  void close();

  /// One answer; bytes after it stay for the next call. Not `complete` when the
  /// connection ended first. `to_head`: it answers a HEAD request.
  Response read_response(bool to_head = false, const Deadline& deadline = Deadline{});
  std::string read_until_close(const Deadline& deadline = Deadline{});
  /// At least `count` bytes, or fewer when the server closed; they stay for the next
  /// call.
  const std::string& peek(std::size_t count, const Deadline& deadline = Deadline{});

  /// The next `count` bytes, used; fewer when the server closed.
  std::string take(std::size_t count, const Deadline& deadline = Deadline{});

  /// True when the server ends the connection now, without another byte.
  bool expect_closed(const Deadline& deadline = Deadline{});

  /// Bytes that have come and were not used.
  [[nodiscard]] const std::string& leftover() const { return received_; }

  /// Has anything (bytes or an end) come that was not read? Does not wait.
  [[nodiscard]] bool has_news() const;

  /// The same, waiting.
  [[nodiscard]] bool wait_for_news(const Deadline& deadline) const;

  [[nodiscard]] bool was_reset() const { return was_reset_; }

 private:
  RawClient() = default;
  bool receive(const Deadline& deadline);  // false: the connection has ended
  int fd_ = -1;
  bool ended_ = false;
  bool was_reset_ = false;
  std::string received_;
};

/// May a client connect to this port now?
bool can_connect(std::uint16_t port);

/// `GET target` on a connection of its own.
Response get(std::uint16_t port, std::string_view target);
/// `POST target` with a sized body, on a connection of its own.
Response post(std::uint16_t port, std::string_view target, std::string_view body);
/// The bytes of a request without a body: "GET /x HTTP/1.1", Host and `fields` (each
/// with its CRLF).
std::string request(std::string_view line, std::string_view fields = "");

}  // namespace appserver::testing
