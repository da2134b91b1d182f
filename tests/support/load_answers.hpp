// Finds the answers in what a connection received. Cheap: an answer whose head is
// that of an earlier one but for the date is not parsed again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace load {

struct Answer {
  int status = 0;
  std::string_view
      head;  ///< with the empty line; lives like the bytes that were parsed
  std::string_view body;  ///< without the chunked coding; lives until the next parse
  std::size_t size = 0;   ///< bytes on the wire
  bool closes = false;    ///< Connection: close, or HTTP/1.0
  bool is_old = false;    ///< HTTP/1.0
};

/// The value of a field, "" when there is none; `name` in lower case.
std::string_view field(std::string_view head, std::string_view name);

class AnswerParser {
 public:
  enum class Found { More, Whole, Bad };

  /// Looks for one answer at the front of `in`. With More, `size` is not 0 when the
  /// head is whole and says how long the answer will be; status, head and closes are
  /// set then.
  Found parse(std::string_view in, Answer& answer);

 private:
  Found parse_anew(std::string_view in, Answer& answer);
  Found parse_chunks(std::string_view in, Answer& answer);
  [[nodiscard]] bool is_known_head(std::string_view in) const;
  void remember(const Answer& answer);
  // The head of an earlier answer with a length that did not close; only its Date may
  // differ.
  std::string known_;
  std::size_t date_at_ = 0, body_size_ = 0;
  int status_ = 0;
  std::string decoded_;
};

}  // namespace load
