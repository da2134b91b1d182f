// What Beast does: grammar of the request line and of fields. What it leaves to us:
// limits with their own statuses, bare line feeds, obs-fold, and which versions there
// are.
#include "net/head_reader.hpp"

#include <string.h>

#include <algorithm>

#include <boost/beast/http/basic_parser.hpp>

#include "http/fields.hpp"

namespace appserver::net {
namespace {

namespace beast = boost::beast;
using beast::string_view;

std::string_view to_std(string_view s) {
  return {s.data(), s.size()};
}

class HeadParser final : public beast::http::basic_parser<true> {
 public:
  HeadParser(std::span<char> bytes, std::span<http::Field> table,
             http::RequestHead& head)
      : bytes_(bytes), table_(table), head_(head) {}

  [[nodiscard]] std::size_t count() const { return count_; }

  [[nodiscard]] bool too_many() const { return too_many_; }

 private:
  void on_request_impl(beast::http::verb, string_view method, string_view target,
                       int version, beast::error_code&) override {
    head_.method = to_std(method);
    head_.target = to_std(target);
    head_.version = static_cast<unsigned>(version);
  }

  void on_field_impl(beast::http::field, string_view name, string_view value,
                     beast::error_code& ec) override {
    // A value outside the buffer was unfolded by Beast: obs-fold, refused (RFC
    // 9112 5.2).
    const bool inside = value.empty() || (value.data() >= bytes_.data() &&
                                          value.data() < bytes_.data() + bytes_.size());
    too_many_ = count_ == table_.size();
    if (!inside || too_many_) {
      ec = beast::http::error::bad_value;
      return;
    }
    char* lower = bytes_.data() + (name.data() - bytes_.data());
    for (std::size_t i = 0; i < name.size(); ++i) {
      if (lower[i] >= 'A' && lower[i] <= 'Z')
        lower[i] = static_cast<char>(lower[i] | 0x20);
    }
    const char* at = value.empty() ? name.data() + name.size() : value.data();
    table_[count_++] = {{lower, name.size()}, {at, value.size()}};
  }

  void on_response_impl(int, string_view, int, beast::error_code&) override {}

  void on_header_impl(beast::error_code&) override {}

  void on_body_init_impl(boost::optional<std::uint64_t> const&,
                         beast::error_code&) override {}

  std::size_t on_body_impl(string_view, beast::error_code&) override { return 0; }

  void on_chunk_header_impl(std::uint64_t, string_view, beast::error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, string_view,
                                 beast::error_code&) override {
    return 0;
  }

  void on_finish_impl(beast::error_code&) override {}

  std::span<char> bytes_;
  std::span<http::Field> table_;
  http::RequestHead& head_;
  std::size_t count_ = 0;
  bool too_many_ = false;
};

/// What a first look at the lines says.
struct Lines {
  std::uint16_t status = 0;  ///< not 0: refused with it
  std::size_t head = 0;      ///< bytes of the head with its empty line; 0: not all here
};

/// Every line ends in CRLF and is within its limit, none is folded; up to the empty
/// line.
Lines check_lines(std::span<const char> text, const HeadLimits& limits) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  std::size_t most = limits.line;
  while (at < end) {
    const auto left = static_cast<std::size_t>(end - at);
    const auto* lf = static_cast<const char*>(::memchr(at, '\n', left));
    if (lf == nullptr) break;
    if (lf == at || lf[-1] != '\r') return {400, 0};
    const auto size = static_cast<std::size_t>(lf - at) - 1;
    if (size == 0) return {0, static_cast<std::size_t>(lf + 1 - begin)};
    if (size > most) return {static_cast<std::uint16_t>(at == begin ? 414 : 431), 0};
    if (*at == ' ' || *at == '\t') return {400, 0};
    most = limits.field;
    at = lf + 1;
  }
  return {};
}

HeadProgress refuse(http::Rejection& rejection, std::uint16_t status, const char* why) {
  rejection = {status, why};
  return HeadProgress::Refused;
}

/// No end yet. What can never become a request is refused at once: a client that speaks
/// something else would otherwise wait for the head timeout.
HeadProgress judge_incomplete(std::span<const char> text, const HeadLimits& limits,
                              http::Rejection& rejection) {
  const std::string_view view(text.data(), text.size());
  const std::size_t line_end = view.find('\n');
  const std::string_view line = view.substr(0, line_end);
  if (line.size() > limits.line + 1) {
    return refuse(rejection, 414, "request line over its limit");
  }
  if (!http::is_token(view.substr(0, 1))) return refuse(rejection, 400, "not a method");
  if (line_end != std::string_view::npos &&
      line.find(" HTTP/") == std::string_view::npos) {
    return refuse(rejection, 400, "no HTTP version in the request line");
  }
  const std::size_t last_line = view.size() - (view.rfind('\n') + 1);
  const bool too_long =
      line_end != std::string_view::npos && last_line > limits.field + 1;
  if (text.size() >= limits.head || too_long) {
    return refuse(rejection, 431, "head over its limit");
  }
  return HeadProgress::NeedMore;
}

/// A request line that ends in a well-formed version which is not ours (RFC
/// 9110 15.6.6).
bool has_other_version(std::span<const char> text) {
  const std::string_view view(text.data(), text.size());
  const std::string_view line = view.substr(0, view.find('\r'));
  if (line.size() < 9) return false;
  const std::string_view version = line.substr(line.size() - 9);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool well_formed = version.starts_with(" HTTP/") && is_digit(version[6]) &&
                           version[7] == '.' && is_digit(version[8]);
  return well_formed && version != " HTTP/1.1" && version != " HTTP/1.0";
}

HeadProgress why_beast_refused(const HeadParser& parser, const beast::error_code& ec,
                               http::Rejection& rejection) {
  using beast::http::error;
  if (parser.too_many()) return refuse(rejection, 431, "more fields than the limit");
  if (ec == error::bad_field) return refuse(rejection, 400, "malformed field name");
  if (ec == error::bad_value) return refuse(rejection, 400, "malformed field value");
  if (ec == error::bad_content_length)
    return refuse(rejection, 400, "bad Content-Length");
  if (ec == error::bad_transfer_encoding) {
    return refuse(rejection, 400, "bad Transfer-Encoding");
  }
  return refuse(rejection, 400, "malformed request");
}

}  // namespace

HeadProgress read_head(std::span<char> bytes, std::span<http::Field> table,
                       const HeadLimits& limits, http::RequestHead& head,
                       http::Rejection& rejection) {
  std::size_t skip = 0;
  while (bytes.size() - skip >= 2 && bytes[skip] == '\r' && bytes[skip + 1] == '\n')
    skip += 2;
  if (skip > 16) return refuse(rejection, 400, "empty lines instead of a request");
  const std::span<char> text = bytes.subspan(skip);
  if (text.empty() || (text.size() == 1 && text[0] == '\r'))
    return HeadProgress::NeedMore;
  const Lines lines = check_lines(text, limits);
  if (lines.status == 400)
    return refuse(rejection, 400, "a bare line feed or a folded field");
  if (lines.status != 0)
    return refuse(rejection, lines.status, "a line over its limit");
  if (lines.head == 0) return judge_incomplete(text, limits, rejection);
  const std::size_t size = lines.head;
  if (size > limits.head) return refuse(rejection, 431, "head over its limit");
  if (has_other_version(text))
    return refuse(rejection, 505, "not HTTP/1.1 or HTTP/1.0");
  HeadParser parser(text.first(size),
                    table.first(std::min(limits.fields, table.size())), head);
  parser.header_limit(static_cast<std::uint32_t>(limits.head) + 1);
  parser.body_limit(boost::none);
  beast::error_code ec;
  parser.put(boost::asio::const_buffer(text.data(), size), ec);
  if (ec) return why_beast_refused(parser, ec, rejection);
  if (!parser.is_header_done()) return refuse(rejection, 400, "malformed request");
  head.fields = table.first(parser.count());
  head.size = skip + size;
  return HeadProgress::Complete;
}

}  // namespace appserver::net
