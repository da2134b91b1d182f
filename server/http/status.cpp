#include "http/status.hpp"

#include "http/prepared_lines.hpp"

namespace appserver::http {

namespace {

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::string_view kLineEnd = "\r\n";

struct StatusLines {
  static constexpr void write(unsigned code, std::string_view phrase, auto&& out) {
    out(kVersion);
    out(StatusDigits(code).view());
    out(" ");  // also where no phrase follows (RFC 9112 4)
    out(phrase);
    out(kLineEnd);
  }
};

constexpr PreparedLines<StatusLines> kStatusLines;

}  // namespace

std::string_view status_line(unsigned code) {
  return kStatusLines.of(code);
}

std::string_view reason_phrase(unsigned code) {
  if (code < kFirstStatus || code > kLastStatus) return {};
  constexpr std::size_t kBefore = kVersion.size() + 4;
  const std::string_view line = kStatusLines.of(code);
  return line.substr(kBefore, line.size() - kBefore - kLineEnd.size());
}

}  // namespace appserver::http
