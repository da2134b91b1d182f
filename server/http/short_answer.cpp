#include "http/short_answer.hpp"

#include "http/prepared_lines.hpp"

namespace appserver::http {

namespace {

struct ShortBodies {
  static constexpr void write(unsigned code, std::string_view phrase, auto&& out) {
    if (code < 200 || code == 204 || code == 304) return;
    out(StatusDigits(code).view());
    if (!phrase.empty()) out(" ");
    out(phrase);
    out("\n");
  }
};

constexpr PreparedLines<ShortBodies> kShortBodies;

}  // namespace

std::string_view short_body(unsigned status) {
  return kShortBodies.of(status);
}

}  // namespace appserver::http
