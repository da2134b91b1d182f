// One HTTP/1.1 answer, taken apart exactly: nothing is repaired or guessed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace appserver::testing {

struct Response {
  std::string head;     ///< status line and fields as they came, with the empty line
  std::string version;  ///< "HTTP/1.1"
  int status = 0;       ///< 0: no head came
  std::string reason;
  std::vector<std::pair<std::string, std::string>> fields;  ///< names as sent
  std::string body;                      ///< without the chunked coding
  std::vector<std::size_t> chunk_sizes;  ///< the last one (0) left out
  bool chunked = false;
  bool complete =
      false;  ///< the end was told by length, last chunk or, with neither, close
  bool ended_by_close = false;

  /// The first field of that name in any case; "" when there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] bool has(std::string_view name) const { return count(name) > 0; }
};

/// A reader that is given bytes until it has one answer.
class ResponseReader {
 public:
  /// `to_head`: the request was HEAD, so no body follows.
  explicit ResponseReader(bool to_head = false) : to_head_(to_head) {}

  /// Uses bytes from the front of `bytes` and removes them. True: the answer is whole.
  /// Throws std::runtime_error when the bytes are no answer.
  bool feed(std::string& bytes);

  /// The connection ended: what has come so far, complete or not.
  Response take_at_close();

  Response take() { return std::move(response_); }

 private:
  enum class At { Head, Sized, ChunkSize, ChunkData, Trailers, UntilClose, Done };
  bool read_head(std::string& bytes);
  bool read_chunk_size(std::string& bytes);
  bool read_chunk_data(std::string& bytes);
  bool read_sized(std::string& bytes);
  bool read_trailers(std::string& bytes);
  void decide_framing();
  Response response_;
  At at_ = At::Head;
  std::size_t remaining_ = 0;
  bool to_head_;
};

bool same_ignoring_case(std::string_view a, std::string_view b);

}  // namespace appserver::testing
