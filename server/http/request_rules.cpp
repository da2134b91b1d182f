// Judges a request head in one pass over its fields. Knows no sockets and no settings.
// What has one reading is served; what two servers could read differently is refused:
//   1. Host: RFC 9112 3.2 (one, valid), and 3.2.2 (the authority of the target wins).
//   2. Body: RFC 9112 6.3 for requests. Of its eight cases: 3 (both fields) is refused,
//      4 must be `chunked` alone, 5 (invalid or differing lengths) is refused, 6 is a
//      length, 7 (neither) is no body; 1, 2 and 8 speak of responses (irrelevant).
//   3. Connection: RFC 9110 7.6.1, over all its fields; what it names is dropped.
//   4. Expect: RFC 9110 10.1.1, ignored from HTTP/1.0.
// White space in the lists of these fields is SP only: TAB is where parsers differ.
#include "http/request_rules.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "http/fields.hpp"
#include "http/known_fields.hpp"

namespace appserver::http {

namespace {

/// Takes the first element off a comma-separated list, without the spaces around it.
std::string_view take_element(std::string_view& list, bool& more) {
  const std::size_t comma = list.find(',');
  std::string_view element = list.substr(0, comma);
  more = comma != std::string_view::npos;
  list = more ? list.substr(comma + 1) : std::string_view{};
  while (!element.empty() && element.front() == ' ') element.remove_prefix(1);
  while (!element.empty() && element.back() == ' ') element.remove_suffix(1);
  return element;
}

/// The first field from the i-th on that may mean something here.
std::size_t next_notable(const RequestHead& head, std::size_t i) {
  if (i >= kNotableBits) return i;
  const std::uint64_t left = head.notable >> i;
  return left != 0 ? i + static_cast<std::size_t>(std::countr_zero(left))
                   : kNotableBits;
}

/// What the fields of one head have said so far.
class Findings {
 public:
  Findings(unsigned version, Request& request) : version_(version), request_(request) {}

  /// Drops what is not for the app; false: refused, see refusal().
  bool read(const RequestHead& head);
  /// The rules that need all fields; false: refused.
  bool conclude();

  [[nodiscard]] Rejection refusal() const { return refusal_; }

 private:
  enum class Fate : unsigned char { Keep, Drop, Refuse };

  Fate take(Field& field);
  Fate take_content_type(std::string_view value);
  Fate take_host(Field& field);
  Fate take_length(Field& field);
  Fate take_coding(std::string_view value);
  Fate take_expect(std::string_view value);
  Fate take_connection(std::string_view value);
  Fate take_option(std::string_view option);
  void drop_named(std::span<Field> fields);
  [[nodiscard]] bool is_named(std::string_view name) const;

  Fate refuse(const char* why, std::uint16_t status = 400) {
    refusal_ = {status, why};
    return Fate::Refuse;
  }

  // Real clients name one or two; without a bound a head could buy quadratic work.
  static constexpr unsigned kMostNamed = 16;

  unsigned version_;
  Request& request_;
  Rejection refusal_;
  unsigned named_count_ = 0;
  bool seen_host_ = false, close_ = false, keep_alive_ = false;
  bool seen_coding_ = false, chunked_ = false, other_coding_ = false;
  std::string_view host_, host_name_, length_;
  gw_str named_[kMostNamed];  // written before it is read; clearing it would cost each
                              // request
};

bool Findings::read(const RequestHead& head) {
  Field* const fields = head.fields.data();
  const std::size_t count = head.fields.size();
  std::size_t kept = 0, from = 0;  // fields[from, i) are to be moved up to `kept`
  for (std::size_t i = next_notable(head, 0); i < count;
       i = next_notable(head, i + 1)) {
    const Fate fate = take(fields[i]);
    if (fate == Fate::Refuse) return false;
    if (fate == Fate::Keep) continue;
    if (kept != from) std::copy(fields + from, fields + i, fields + kept);
    kept += i - from;
    from = i + 1;
  }
  if (kept != from) std::copy(fields + from, fields + count, fields + kept);
  request_.field_count = kept + (count - from);
  if (named_count_ != 0) drop_named(head.fields.first(request_.field_count));
  return true;
}

Findings::Fate Findings::take(Field& field) {
  switch (classify_request_field(field.name)) {
    case RequestField::Ordinary:
      return Fate::Keep;
    case RequestField::Host:
      return take_host(field);
    case RequestField::ContentType:
      return take_content_type(view(str(view(field.value))));  // empty is not absent
    case RequestField::ContentLength:
      return take_length(field);
    case RequestField::Expect:
      return take_expect(view(field.value));
    case RequestField::TransferEncoding:
      return take_coding(view(field.value));
    case RequestField::Connection:
      return take_connection(view(field.value));
    case RequestField::Origin:
      request_.tells_origin = true;
      return Fate::Keep;
    case RequestField::Upgrade:  // for http/websocket_handshake.hpp; else ignored
      if (list_has_token(view(field.value), "websocket")) {
        request_.upgrades_to_websocket = true;
      }
      break;
    case RequestField::Te:
      if (list_has_token(view(field.value), "trailers")) {
        request_.accepts_trailers = true;
      }
      break;
    case RequestField::HopByHop:
      break;
  }
  return Fate::Drop;
}

/// One value only: of two, one reader takes the first and another the last (RFC 9110
/// 8.3).
Findings::Fate Findings::take_content_type(std::string_view value) {
  if (request_.content_type.data() == nullptr) {
    request_.content_type = value;
    return Fate::Keep;
  }
  if (value != request_.content_type) return refuse("two Content-Types");
  return Fate::Drop;
}

/// Beside an authority in the target a Host is ignored (RFC 9112 3.2.2), and so that no
/// app can take it for the host all the same, its value is replaced.
Findings::Fate Findings::take_host(Field& field) {
  const std::string_view value = view(field.value);
  const std::string_view authority = request_.target.authority;
  if (seen_host_) return refuse("two Host fields");
  if (!value.empty() && !http::take_host(value, host_name_)) {
    return refuse("an invalid Host");
  }
  seen_host_ = true;
  host_ = view(str(value));
  if (!authority.empty()) field.value = str(authority);
  return Fate::Keep;
}

/// Several equal lengths become one (RFC 9110 8.6), also for the app. Equal as text:
/// "5" and "05" are already two readings.
Findings::Fate Findings::take_length(Field& field) {
  const bool first = length_.empty();
  std::string_view list = view(field.value);
  for (bool more = true; more;) {
    const std::string_view element = take_element(list, more);
    if (length_.empty()) {
      if (!parse_content_length(element, request_.content_length)) {
        return refuse("an invalid Content-Length");
      }
      length_ = element;
    } else if (element != length_) {
      return refuse("differing Content-Lengths");
    }
  }
  field.value = str(length_);
  return first ? Fate::Keep : Fate::Drop;
}

Findings::Fate Findings::take_coding(std::string_view value) {
  if (version_ < 11) return refuse("Transfer-Encoding in HTTP/1.0");
  for (bool more = true; more;) {
    const std::string_view element = take_element(value, more);
    if (chunked_) return refuse("chunked is not the last coding");
    chunked_ = equals_ignoring_case(element, "chunked");
    if (chunked_) continue;
    if (!is_token(element)) return refuse("an invalid Transfer-Encoding");
    other_coding_ = true;
  }
  seen_coding_ = true;
  return Fate::Drop;
}

Findings::Fate Findings::take_expect(std::string_view value) {
  if (version_ < 11) return Fate::Keep;
  if (!equals_ignoring_case(value, "100-continue")) {
    return refuse("an unknown Expect", 417);
  }
  request_.expects_continue = true;
  return Fate::Keep;
}

Findings::Fate Findings::take_connection(std::string_view value) {
  if (value == "keep-alive") {
    keep_alive_ = true;
    return Fate::Drop;
  }
  for (bool more = true; more;) {
    const std::string_view option = take_element(value, more);
    if (option.empty()) continue;  // RFC 9110 5.6.1.2 asks for it
    if (take_option(option) == Fate::Refuse) return Fate::Refuse;
  }
  return Fate::Drop;
}

Findings::Fate Findings::take_option(std::string_view option) {
  if (equals_ignoring_case(option, "close")) {
    close_ = true;
    return Fate::Drop;
  }
  switch (classify_in_any_case(option)) {
    case RequestField::Upgrade:
      request_.names_upgrade = true;
      return Fate::Drop;
    case RequestField::HopByHop:
    case RequestField::Te:
    case RequestField::Connection:  // dropped in any case
      if (equals_ignoring_case(option, "keep-alive")) keep_alive_ = true;
      return Fate::Drop;
    case RequestField::Ordinary:
      break;
    default:
      return refuse("Connection names a field of the message itself");
  }
  if (!is_token(option)) return refuse("an invalid Connection");
  if (named_count_ == kMostNamed) return refuse("too many names in Connection");
  named_[named_count_++] = str(option);
  return Fate::Drop;
}

bool Findings::is_named(std::string_view name) const {
  for (unsigned i = 0; i < named_count_; ++i) {
    if (equals_ignoring_case(view(named_[i]), name)) return true;
  }
  return false;
}

void Findings::drop_named(std::span<Field> fields) {
  Field* out = fields.data();
  for (const Field& field : fields) {
    if (!is_named(view(field.name))) *out++ = field;
  }
  request_.field_count = static_cast<std::size_t>(out - fields.data());
}

bool Findings::conclude() {
  const std::string_view authority = request_.target.authority;
  if (!seen_host_ && version_ >= 11) return refuse("no Host field"), false;
  // The URI that it would make has no host, and an http URI needs one (RFC 9110 4.2.1,
  // RFC 9112 3.3). In HTTP/1.0, which needs no Host, it is none.
  if (seen_host_ && host_.empty() && (version_ >= 11 || !authority.empty())) {
    return refuse("an empty Host"), false;
  }
  request_.host = authority.empty() ? host_ : authority;
  request_.host_name = authority.empty() ? host_name_ : host_of(authority);
  if (seen_coding_ && !length_.empty()) {
    return refuse("Content-Length beside Transfer-Encoding"), false;
  }
  if (seen_coding_ && !chunked_) {  // no end to be found: RFC 9112 6.3, case 4
    return refuse("chunked is not the last coding"), false;
  }
  if (other_coding_) {
    return refuse("a transfer coding other than chunked", 501), false;
  }
  if (seen_coding_) {
    request_.content_length = -1;
    request_.body = BodyKind::Chunked;
  } else if (request_.content_length != 0) {
    request_.body = BodyKind::Sized;
  }
  // Without a body there is nothing to continue with (RFC 9110 10.1.1).
  if (request_.body == BodyKind::None) request_.expects_continue = false;
  request_.keep_alive = !close_ && (version_ >= 11 || keep_alive_);
  return true;
}

}  // namespace

bool judge_request(RequestHead& head, Request& request, Rejection& refusal) {
  request = {};
  if (const Rejection* bad_target =
          parse_target(head.method, head.target, request.target)) {
    refusal = *bad_target;
    return false;
  }
  Findings findings(head.version, request);
  if (findings.read(head) && findings.conclude()) return true;
  refusal = findings.refusal();
  return false;
}

Checked<Request> judge_request(RequestHead& head) {
  Request request;
  Rejection refusal;
  if (!judge_request(head, request, refusal)) return refusal;
  return request;
}

}  // namespace appserver::http
