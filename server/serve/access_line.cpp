// Each variable is a case of one switch. There is one check of the room per line, made
// by whoever gives the room: every value has a longest form.
#include "serve/access_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/clock.hpp"
#include "base/copy.hpp"
#include "http/fields.hpp"
#include "serve/access_escape.hpp"

namespace appserver::serve {
namespace {

constexpr std::size_t kNumberRoom = 32;
constexpr std::size_t kBesidesInRequest = 16;  // " HTTP/1.1" and the blank

char* put_number(char* to, std::uint64_t number) {
  return std::to_chars(to, to + kNumberRoom, number).ptr;
}

/// From 100 to 999.
char* put_status(char* to, unsigned status) {
  const unsigned tens = status / 10;
  to[0] = static_cast<char>('0' + tens / 10);
  to[1] = static_cast<char>('0' + tens % 10);
  to[2] = static_cast<char>('0' + status % 10);
  return to + 3;
}

char* put_digits(char* to, unsigned number, unsigned digits) {
  for (unsigned i = digits; i-- > 0; number /= 10) {
    to[i] = static_cast<char>('0' + number % 10);
  }
  return to + digits;
}

/// 1234567 as "1234.567".
char* put_thousandths(char* to, std::int64_t number) {
  const auto n = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
  to = put_number(to, n / 1000);
  *to++ = '.';
  return put_digits(to, static_cast<unsigned>(n % 1000), 3);
}

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// The room of the longest value.
std::size_t room_of(config::AccessVariable variable) {
  using V = config::AccessVariable;
  switch (variable) {
    case V::None:
      return 0;
    case V::Request:
      return 2 * kLoggedRoom + kBesidesInRequest;
    case V::TimeLocal:
    case V::TimeIso8601:
    case V::Msec:
    case V::ServerProtocol:
    case V::Status:
    case V::BodyBytesSent:
    case V::BytesSent:
    case V::RequestLength:
    case V::RequestTime:
    case V::Connection:
    case V::ConnectionRequests:
    case V::DurationMs:
    case V::Pid:
      return kNumberRoom;
    default:
      return kLoggedRoom;
  }
}

/// Is it in the part of an entry that `combined` needs?
bool is_detail(config::AccessVariable variable) {
  using V = config::AccessVariable;
  constexpr std::array kPlain{
      V::None,        V::RemoteAddr, V::RemoteUser,     V::TimeLocal,
      V::TimeIso8601, V::Msec,       V::Request,        V::RequestMethod,
      V::RequestUri,  V::Status,     V::ServerProtocol, V::BodyBytesSent,
      V::HttpField,   V::Pid};
  return std::find(kPlain.begin(), kPlain.end(), variable) == kPlain.end();
}

/// The value of a base64 digit, or 64 (RFC 4648 4).
unsigned sextet(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
  return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/// The user-id of Basic credentials (RFC 7617 2), decoded into `room`; "" where they
/// are none. Nobody has checked the password.
std::string_view basic_user(std::string_view authorization, std::span<char> room) {
  constexpr std::string_view kScheme = "basic ";  // in any case
  if (authorization.size() <= kScheme.size() ||
      !http::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  authorization.remove_prefix(kScheme.size());
  std::size_t size = 0;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : authorization) {
    const unsigned value = sextet(c);
    if (value == 64 || size == room.size()) break;
    bits = (bits << 6U | value) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const char byte = static_cast<char>(bits >> count & 0xffU);
    if (byte == ':') return {room.data(), size};
    room[size++] = byte;
  }
  return {};
}

}  // namespace

/// Of a name shorter than eight bytes all is in one or both.
AccessLine::Ends AccessLine::ends_of(const char* name, std::size_t n) {
  if (n >= 8) return {load<std::uint64_t>(name), load<std::uint64_t>(name + n - 8)};
  if (n >= 4) return {load<std::uint32_t>(name), load<std::uint32_t>(name + n - 4)};
  Ends ends;
  for (std::size_t i = 0; i < n; ++i) {
    ends.first = ends.first << 8U | static_cast<unsigned char>(name[i]);
  }
  return ends;
}

AccessLine::AccessLine(const config::AccessFormat& format)
    : found_(format.fields.size()),
      is_json_(format.escape == config::AccessFormat::Escape::Json) {
  for (const std::string& field : format.fields) {
    names_.push_back({field, ends_of(field.data(), field.size())});
  }
  for (std::size_t i = names_.size(); i-- > 0;) {
    const std::size_t size = names_[i].text.size();
    if (size >= first_of_size_.size()) continue;  // never found
    name_sizes_ |= std::uint64_t{1} << size;
    first_of_size_[size] = static_cast<std::uint8_t>(i);
  }
  for (const config::AccessPiece& piece : format.pieces) add(piece);
  longest_ += sizeof(Step::text);  // the last text is copied whole, too
  needs_duration_ =
      format.uses(Variable::RequestTime) || format.uses(Variable::DurationMs);
}

void AccessLine::add(const config::AccessPiece& piece) {
  needs_details_ = needs_details_ || is_detail(piece.variable);
  longest_ += room_of(piece.variable) + piece.text.size();
  std::string_view text = piece.text;
  Step step;
  step.variable = piece.variable;
  step.field = static_cast<std::uint8_t>(piece.field);
  do {
    step.text_size = static_cast<std::uint8_t>(std::min(text.size(), step.text.size()));
    std::copy_n(text.begin(), step.text_size, step.text.begin());
    steps_.push_back(step);
    text.remove_prefix(step.text_size);
    step.variable = Variable::None;
  } while (!text.empty());
}

char* AccessLine::put(char* to, const AccessEntry& entry, http::DateCache& date,
                      std::int64_t unix_s) {
  if (!names_.empty()) find_fields(entry.fields);
  for (const Step& step : steps_) {
    switch (step.variable) {
      case Variable::None:
        break;
      case Variable::RemoteAddr:
        to = put_value(to, entry.remote_addr);
        break;
      case Variable::RemoteUser:
        to = found_[step.field].empty() ? put_value(to, {})
                                        : put_user(to, found_[step.field]);
        break;
      case Variable::TimeLocal:
        to = appserver::put(to, date.log_time(unix_s));
        break;
      case Variable::Request:
        to = put_request(to, entry);
        break;
      case Variable::Status:
        to = put_status(to, entry.status);
        break;
      case Variable::BodyBytesSent:
        to = put_number(to, entry.body_bytes);
        break;
      case Variable::HttpField:
        to = put_value(to, found_[step.field]);
        break;
      case Variable::TimeIso8601:
        to = put_iso(to, date, unix_s);
        break;
      default:
        to = put_other(to, step.variable, entry);
    }
    std::memcpy(to, step.text.data(), step.text.size());
    to += step.text_size;
  }
  return to;
}

/// One pass over the fields of the request; of several with one name the first counts.
void AccessLine::find_fields(std::span<const http::Field> fields) {
  std::fill(found_.begin(), found_.end(), std::string_view{});
  const std::uint64_t sizes = name_sizes_;
  for (const http::Field& field : fields) {
    const std::size_t n = field.name.n;
    if (n >= first_of_size_.size() || (sizes >> n & 1U) == 0) continue;
    const Ends ends = ends_of(field.name.p, n);
    for (std::size_t i = first_of_size_[n]; i < names_.size(); ++i) {
      const Name& name = names_[i];
      const bool same_ends =
          ((ends.first ^ name.ends.first) | (ends.last ^ name.ends.last)) == 0;
      if (!same_ends || n != name.text.size()) continue;
      if (n > 16 && std::memcmp(field.name.p, name.text.data(), n) != 0) continue;
      if (found_[i].data() == nullptr) found_[i] = http::view(field.value);
      break;
    }
  }
}

char* AccessLine::put_other(char* to, Variable variable,
                            const AccessEntry& entry) const {
  switch (variable) {
    case Variable::Msec:
      return put_thousandths(to, unix_now_ms());
    case Variable::RequestMethod:
      return put_value(to, entry.method);
    case Variable::RequestUri:
      return put_value(to, entry.target);
    case Variable::ServerProtocol:
      if (entry.method.empty()) return put_value(to, {});
      return appserver::put(to, entry.version == 10 ? "HTTP/1.0" : "HTTP/1.1");
    case Variable::Pid:
      return put_number(to, static_cast<std::uint64_t>(::getpid()));
    case Variable::Uri:
      return put_value(to, entry.path);
    case Variable::Args:
      return put_value(to, entry.query);
    case Variable::BytesSent:
      return put_number(to, entry.bytes_sent);
    case Variable::RequestLength:
      return put_number(to, entry.request_length);
    case Variable::RequestTime:
      return put_thousandths(to, entry.duration_us / 1000);
    case Variable::DurationMs:
      return put_thousandths(to, entry.duration_us);
    case Variable::RequestId:
      return put_value(to, entry.request_id);
    case Variable::Host:
      return put_value(to, entry.host);
    case Variable::Scheme:
      return put_value(to, entry.scheme);
    case Variable::ServerPort:
      return put_value(to, entry.server_port);
    case Variable::Connection:
      return put_number(to, entry.connection);
    case Variable::ConnectionRequests:
      return put_number(to, entry.connection_requests);
    case Variable::App:
      return put_value(to, entry.app);
    default:
      return to;
  }
}

char* AccessLine::put_value(char* to, std::string_view value) const {
  if (is_json_) return put_json(to, value);
  if (!value.empty()) return put_text(to, value);
  *to++ = '-';
  return to;
}

char* AccessLine::put_request(char* to, const AccessEntry& entry) const {
  if (entry.method.empty()) return put_value(to, entry.raw_line);
  // A method is a token (RFC 9110 9.1), which has nothing to escape.
  to = appserver::put(to, entry.method.substr(0, kLoggedMost));
  *to++ = ' ';
  to = put_value(to, entry.target);
  return appserver::put(to, entry.version == 10 ? " HTTP/1.0" : " HTTP/1.1");
}

char* AccessLine::put_user(char* to, std::string_view authorization) const {
  std::array<char, kLoggedMost> room;
  return put_value(to, basic_user(authorization, room));
}

/// "2026-08-22T10:00:00+02:00", made of "22/Aug/2026:10:00:00 +0200" once a second.
char* AccessLine::put_iso(char* to, http::DateCache& date, std::int64_t unix_s) {
  if (unix_s != iso_second_) {
    iso_second_ = unix_s;
    const std::string_view local = date.log_time(unix_s);
    const std::size_t month = std::string_view("JanFebMarAprMayJunJulAugSepOctNovDec")
                                  .find(local.substr(3, 3));
    char* at = appserver::put(iso_.data(), local.substr(7, 4));
    *at++ = '-';
    at = put_digits(at, static_cast<unsigned>(month / 3) + 1, 2);
    *at++ = '-';
    at = appserver::put(at, local.substr(0, 2));
    *at++ = 'T';
    at = appserver::put(at, local.substr(12, 8));
    at = appserver::put(at, local.substr(21, 3));
    *at++ = ':';
    appserver::put(at, local.substr(24, 2));
  }
  return appserver::put(to, {iso_.data(), iso_.size()});
}

}  // namespace appserver::serve
