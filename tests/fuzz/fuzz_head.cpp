// The head scanner against Boost.Beast's basic_parser. What we serve, Beast must read
// in the same way: the same method, target, version, fields and end of the head. What
// Beast reads and we refuse must be for one of these rules:
//   1. limits of ours: request line, field, fields, head; a method of more than 32
//   bytes
//   2. HTTP/1.1 and HTTP/1.0 are the only versions
//   3. every line ends in CRLF, and no line is folded (RFC 9112 2.2, 5.2)
//   4. a target is of visible ASCII (RFC 3986 2)
//   5. around Content-Length and Transfer-Encoding no white space but SP in front
// Empty lines before the head are skipped here; Beast never sees them. The first byte
// of the input chooses between tight and usual limits.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/basic_parser.hpp>

#include "http/head_scanner.hpp"
#include "http/request_rules.hpp"
#include "require.hpp"

namespace {

using appserver::fuzz::require;
namespace http = appserver::http;
namespace beast = boost::beast;
using http::view;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::string text_of(beast::string_view s) {
  return {s.data(), s.size()};
}

class Reference final : public beast::http::basic_parser<true> {
 public:
  explicit Reference(std::string_view bytes) {
    header_limit(1U << 30);
    body_limit(boost::none);
    beast::error_code ec;
    size = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    failed = static_cast<bool>(ec) && ec != beast::http::error::need_more;
    whole = !failed && is_header_done();
  }

  std::string method, target;
  int version = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  std::size_t size = 0;
  bool failed = false, whole = false;

 private:
  void on_request_impl(beast::http::verb, beast::string_view m, beast::string_view t,
                       int v, beast::error_code&) override {
    method = text_of(m);
    target = text_of(t);
    version = v;
  }

  void on_field_impl(beast::http::field, beast::string_view name,
                     beast::string_view value, beast::error_code&) override {
    fields.emplace_back(lower(text_of(name)), text_of(value));
  }

  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}

  void on_header_impl(beast::error_code&) override {}

  void on_body_init_impl(const boost::optional<std::uint64_t>&,
                         beast::error_code&) override {}

  std::size_t on_body_impl(beast::string_view, beast::error_code&) override {
    return 0;
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view,
                            beast::error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view,
                                 beast::error_code&) override {
    return 0;
  }

  void on_finish_impl(beast::error_code&) override {}
};

std::string_view without_empty_lines(std::string_view in) {
  while (in.starts_with("\r\n")) in.remove_prefix(2);
  return in;
}

/// The lines of a head that Beast has read, without CRLF and without the empty one.
std::vector<std::string_view> lines_of(std::string_view head) {
  std::vector<std::string_view> lines;
  for (std::size_t end = 0; (end = head.find("\r\n")) != 0;) {
    require(end != std::string_view::npos);
    lines.push_back(head.substr(0, end));
    head.remove_prefix(end + 2);
  }
  return lines;
}

bool has_odd_space_around_framing(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string name = lower(line.substr(0, colon));
  if (name != "content-length" && name != "transfer-encoding") return false;
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value.starts_with('\t') || value.ends_with('\t') || value.ends_with(' ');
}

/// Is there a rule of the list above against this head, which Beast takes?
bool is_ruled_out(std::string_view in, const Reference& reference,
                  const http::HeadLimits& limits) {
  const std::string_view text = without_empty_lines(in);
  const auto lines = lines_of(text.substr(0, reference.size));
  if (in.size() - text.size() > 16) return true;
  if (reference.size > limits.head || lines[0].size() > limits.line) return true;
  if (lines.size() - 1 > limits.fields || reference.method.size() > 32) return true;
  if (reference.version != 10 && reference.version != 11) return true;
  for (const char c : reference.target) {
    if (c <= 0x20 || c >= 0x7f) return true;
  }
  return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) {
    const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
    return is_folded || line.find_first_of("\r\n") != std::string_view::npos ||
           line.size() > limits.field || has_odd_space_around_framing(line);
  });
}

void check_same(const http::RequestHead& head, const Reference& reference) {
  require(reference.method == head.method);
  require(reference.target == head.target);
  require(static_cast<unsigned>(reference.version) == head.version);
  require(reference.fields.size() == head.fields.size());
  for (std::size_t i = 0; i < head.fields.size(); ++i) {
    require(reference.fields[i].first == view(head.fields[i].name));
    require(reference.fields[i].second == view(head.fields[i].value));
  }
}

/// Beast reads Proxy-Connection as if it were Connection and refuses it with the same
/// errors. It is no field of HTTP (RFC 9112 C.2.2): ours drops it unread.
bool has_proxy_connection(const http::RequestHead& head) {
  return std::any_of(head.fields.begin(), head.fields.end(), [](const auto& field) {
    return view(field.name) == "proxy-connection";
  });
}

void compare(std::string_view in, const http::HeadLimits& limits) {
  std::vector<char> bytes(in.begin(), in.end());
  std::vector<http::Field> table(128);
  http::HeadScanner scanner;
  http::RequestHead head;
  http::Rejection rejection;
  const auto progress = scanner.scan(bytes, table, limits, head, rejection);
  const Reference reference(without_empty_lines(in));
  if (progress == http::HeadProgress::NeedMore) return require(!reference.whole);
  if (progress == http::HeadProgress::Refused) {
    require(*rejection.why != '\0');
    return require(!reference.whole || is_ruled_out(in, reference, limits));
  }
  const std::size_t skipped = in.size() - without_empty_lines(in).size();
  if (reference.whole) {
    require(reference.size + skipped == head.size);
    check_same(head, reference);
  }
  // Beast judges framing while it parses; so it may refuse only what we refuse then.
  const bool excused = has_proxy_connection(head);  // judging drops the field
  if (http::judge_request(head) && !excused) require(reference.whole);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  http::HeadLimits limits;
  if (bytes[0] == 't') limits = {40, 30, 3, 120};
  compare({reinterpret_cast<const char*>(bytes) + 1, size - 1}, limits);
  return 0;
}
