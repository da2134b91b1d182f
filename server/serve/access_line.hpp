// One request as a line of the access log: the format, compiled once, and what a
// request puts into it. Pure: knows no files, no threads, no connection.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/access_format.hpp"
#include "http/date.hpp"
#include "http/message.hpp"

namespace appserver::serve {

/// What a line says. Views are used during the call only; one without data is absent.
struct AccessEntry {
  std::string_view remote_addr;     ///< written by us: nothing in it to escape
  std::string_view method, target;  ///< both empty: no request line was understood
  std::string_view raw_line;  ///< the request line as it came, or what was sent in its
                              ///< place; beside a method it may be empty
  unsigned version = 11;      ///< 10 or 11
  std::span<const http::Field> fields;
  unsigned status = 0;  ///< three digits
  std::uint64_t body_bytes = 0;

  // Only where AccessLine::needs_details():
  std::string_view path, query;  ///< of the target, as sent
  std::string_view host, scheme, server_port, request_id, app;
  std::uint64_t bytes_sent = 0;      ///< with the head
  std::uint64_t request_length = 0;  ///< bytes on the wire, with the head
  std::uint64_t connection = 0, connection_requests = 0;
  std::int64_t duration_us = 0;
};

/// Threads: one, that of the requests.
class AccessLine {
 public:
  explicit AccessLine(const config::AccessFormat& format);

  /// Room that put() needs for any entry.
  [[nodiscard]] std::size_t longest() const { return longest_; }

  /// Does it say more than `combined` does? Else the rest of an entry is not looked at.
  [[nodiscard]] bool needs_details() const { return needs_details_; }

  /// Writes the line with its newline, gives the end. Bytes that a client chose are
  /// escaped (serve/access_escape). Never allocates.
  char* put(char* to, const AccessEntry& entry, http::DateCache& date,
            std::int64_t unix_s);

 private:
  using Variable = config::AccessVariable;

  /// A variable and up to 16 bytes of text behind it, which are always copied whole.
  struct Step {
    Variable variable = Variable::None;
    std::uint8_t field = 0, text_size = 0;
    std::array<char, 16> text{};
  };

  /// The first eight bytes of a name and the last.
  struct Ends {
    std::uint64_t first = 0, last = 0;
  };

  struct Name {
    [[nodiscard]] bool is(gw_str name, const Ends& its) const;

    std::string text;
    Ends ends;
  };

  static Ends ends_of(const char* name, std::size_t n);
  void add(const config::AccessPiece& piece);
  void find_fields(std::span<const http::Field> fields);
  char* put_common(char* to, const AccessEntry& entry, http::DateCache& date,
                   std::int64_t unix_s);
  char* put_other(char* to, Variable variable, const AccessEntry& entry) const;
  char* put_value(char* to, std::string_view value) const;
  char* put_request(char* to, const AccessEntry& entry) const;
  char* put_user(char* to, std::string_view authorization) const;
  char* put_iso(char* to, http::DateCache& date, std::int64_t unix_s);

  std::vector<Step> steps_;

  std::vector<Name> names_;              ///< of the fields it says
  std::vector<std::string_view> found_;  ///< their values in this request
  std::array<std::uint8_t, 64> first_of_size_{};
  std::uint64_t name_sizes_ = 0;  ///< bit n: one of them has n bytes
  std::size_t longest_ = 0;
  bool is_json_ = false, needs_details_ = false;
  bool begins_common_ = false;  ///< as put_common() does
  std::int64_t common_second_ = std::numeric_limits<std::int64_t>::min();
  std::array<char, 48> common_{};  ///< of that second
  std::int64_t iso_second_ = std::numeric_limits<std::int64_t>::min();
  std::array<char, 25> iso_{};
};

}  // namespace appserver::serve
