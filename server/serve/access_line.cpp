// Each variable is a case of one switch. There is one check of the room per line, made
// by whoever gives the room: every value has a longest form.
#include "serve/access_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/clock.hpp"
#include "base/copy.hpp"
#include "http/basic_user.hpp"
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

/// What nearly every format begins with, up to the status and the blank behind it.
constexpr std::size_t kCommonPieces = 5;

bool begins_common(const config::AccessFormat& format) {
  using V = config::AccessVariable;
  constexpr std::array<std::pair<V, std::string_view>, kCommonPieces> kCommon{{
      {V::RemoteAddr, " - "},
      {V::RemoteUser, " ["},
      {V::TimeLocal, "] \""},
      {V::Request, "\" "},
      {V::Status, " "},
  }};
  return format.escape == config::AccessFormat::Escape::Text &&
         format.pieces.size() >= kCommon.size() &&
         std::equal(kCommon.begin(), kCommon.end(), format.pieces.begin(),
                    [](const auto& known, const config::AccessPiece& piece) {
                      return piece.variable == known.first &&
                             piece.text == known.second;
                    });
}

/// Between address and request where no user is named: " - - [TIME] \"".
constexpr std::string_view kBeforeTime = " - - [", kBehindTime = "] \"";
constexpr std::size_t kLogTime = 26;
constexpr std::size_t kBehindUser = 4;  // in kBeforeTime
constexpr std::size_t kBetween = kBeforeTime.size() + kLogTime + kBehindTime.size();

}  // namespace

/// Of a name shorter than eight bytes all is in one or both.
inline AccessLine::Ends AccessLine::ends_of(const char* name, std::size_t n) {
  if (n >= 8) return {load<std::uint64_t>(name), load<std::uint64_t>(name + n - 8)};
  if (n >= 4) return {load<std::uint32_t>(name), load<std::uint32_t>(name + n - 4)};
  Ends ends;
  for (std::size_t i = 0; i < n; ++i) {
    ends.first = ends.first << 8U | static_cast<unsigned char>(name[i]);
  }
  return ends;
}

inline bool AccessLine::Name::is(gw_str name, const Ends& its) const {
  return ((its.first ^ ends.first) | (its.last ^ ends.last)) == 0 &&
         name.n == text.size() &&
         (name.n <= 16 || std::memcmp(name.p, text.data(), name.n) == 0);
}

AccessLine::AccessLine(const config::AccessFormat& format)
    : found_(format.fields.size()),
      is_json_(format.escape == config::AccessFormat::Escape::Json),
      begins_common_(begins_common(format)) {
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

inline char* AccessLine::put_value(char* to, std::string_view value) const {
  if (is_json_) return put_json(to, value);
  if (!value.empty()) return put_text(to, value);
  *to++ = '-';
  return to;
}

/// One pass over the fields of the request; of several with one name the first counts.
inline void AccessLine::find_fields(std::span<const http::Field> fields) {
  std::fill(found_.begin(), found_.end(), std::string_view{});
  const std::uint64_t sizes = name_sizes_;
  const std::span<const Name> names = names_;
  for (const http::Field& field : fields) {
    const std::size_t n = field.name.n;
    if ((sizes >> (n % 64) & 1U) == 0 || n >= first_of_size_.size()) continue;
    const Ends ends = ends_of(field.name.p, n);
    std::size_t i = first_of_size_[n];
    while (i != names.size() && !names[i].is(field.name, ends)) ++i;
    if (i != names.size() && found_[i].data() == nullptr) {
      found_[i] = http::view(field.value);
    }
  }
}

inline char* AccessLine::put_request(char* to, const AccessEntry& entry) const {
  const bool is_whole = !entry.raw_line.empty() && entry.raw_line.size() <= kLoggedMost;
  if (is_whole || entry.method.empty()) return put_value(to, entry.raw_line);
  // A method is a token (RFC 9110 9.1), which has nothing to escape.
  to = appserver::put(to, entry.method.substr(0, kLoggedMost));
  *to++ = ' ';
  to = put_value(to, entry.target);
  return appserver::put(to, entry.version == 10 ? " HTTP/1.0" : " HTTP/1.1");
}

/// The first kCommonPieces in one go: all between address and request is made once a
/// second.
inline char* AccessLine::put_common(char* to, const AccessEntry& entry,
                                    http::DateCache& date, std::int64_t unix_s) {
  static_assert(kBetween <= sizeof common_);
  if (unix_s != common_second_) {
    common_second_ = unix_s;
    char* const time = appserver::put(common_.data(), kBeforeTime);
    appserver::put(time, date.log_time(unix_s));
    appserver::put(time + kLogTime, kBehindTime);
  }
  if (entry.remote_addr.empty()) {
    *to++ = '-';
  } else {
    to = appserver::put(to, entry.remote_addr);
  }
  const std::string_view authorization = found_[steps_[1].field];
  if (authorization.empty()) {
    std::memcpy(to, common_.data(), common_.size());  // there is room: see longest_
    to += kBetween;
  } else {
    to = appserver::put(to, kBeforeTime.substr(0, 3));
    to = put_user(to, authorization);
    to = appserver::put(to, {common_.data() + kBehindUser, kBetween - kBehindUser});
  }
  to = put_request(to, entry);
  *to++ = '"';
  *to++ = ' ';
  to = put_status(to, entry.status);
  *to++ = ' ';
  return to;
}

char* AccessLine::put(char* to, const AccessEntry& entry, http::DateCache& date,
                      std::int64_t unix_s) {
  if (!names_.empty()) find_fields(entry.fields);
  std::span<const Step> steps = steps_;
  if (begins_common_) {
    to = put_common(to, entry, date, unix_s);
    steps = steps.subspan(kCommonPieces);
  }
  for (const Step& step : steps) {
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

char* AccessLine::put_user(char* to, std::string_view authorization) const {
  std::array<char, kLoggedMost> room;
  return put_value(to, http::basic_user(authorization, room));
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
