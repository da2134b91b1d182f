// Reason phrases (RFC 9110 15 and the IANA registry), and one line of text per status
// code made from them while compiling.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace appserver::http {

inline constexpr unsigned kFirstStatus = 100, kLastStatus = 599;
inline constexpr std::size_t kStatusCount = kLastStatus - kFirstStatus + 1;

struct Reason {
  std::uint16_t code;
  std::string_view phrase;
};

inline constexpr Reason kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
};

/// `Lines::write(code, phrase, out)` writes one line through `out(std::string_view)`.
template <class Lines>
class PreparedLines {
 public:
  constexpr PreparedLines() {
    std::size_t end = 0;
    const Reason* next = kReasons;  // sorted by code, as we count
    for (unsigned code = kFirstStatus; code <= kLastStatus; ++code) {
      const bool known = next != std::end(kReasons) && next->code == code;
      begins_[code - kFirstStatus] = static_cast<std::uint16_t>(end);
      Lines::write(code, known ? next->phrase : std::string_view{},
                   [this, &end](std::string_view part) {
                     for (const char c : part) text_[end++] = c;
                   });
      if (known) ++next;
    }
    begins_[kStatusCount] = static_cast<std::uint16_t>(end);
  }

  /// Of 100..599; any other code is a defect of ours and gets the line of 500.
  [[nodiscard]] constexpr std::string_view of(unsigned code) const {
    const bool listed = code >= kFirstStatus && code <= kLastStatus;
    const std::size_t at = (listed ? code : 500) - kFirstStatus;
    return {text_.data() + begins_[at],
            static_cast<std::size_t>(begins_[at + 1] - begins_[at])};
  }

 private:
  std::array<char, kStatusCount * 20> text_{};  // compiling fails where it is too small
  std::array<std::uint16_t, kStatusCount + 1> begins_{};
};

/// The three digits of a status code, as text.
struct StatusDigits {
  constexpr explicit StatusDigits(unsigned code)
      : text{static_cast<char>('0' + code / 100),
             static_cast<char>('0' + code / 10 % 10),
             static_cast<char>('0' + code % 10)} {}

  [[nodiscard]] constexpr std::string_view view() const { return {text.data(), 3}; }

  std::array<char, 3> text;
};

}  // namespace appserver::http
