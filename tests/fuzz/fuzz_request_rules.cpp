// Request rules: what is served has one reading, and an app sees no hop-by-hop field.
// The input is a head with LF line ends, read here the way the head reader promises to.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/fields.hpp"
#include "http/request_rules.hpp"
#include "require.hpp"

namespace {

using appserver::fuzz::require;
namespace http = appserver::http;
using http::view;

std::string_view take_line(std::string_view& in, char end) {
  const std::size_t at = std::min(in.find(end), in.size());
  const std::string_view line = in.substr(0, at);
  in.remove_prefix(std::min(at + 1, in.size()));
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// The fields that a head reader would let through.
std::vector<http::Field> fields_of(std::string_view in) {
  std::vector<http::Field> fields;
  while (!in.empty() && fields.size() < 128) {
    std::string_view value = take_line(in, '\n');
    const std::string_view name = take_line(value, ':');
    value = trimmed(value);
    const bool is_lower = std::none_of(name.begin(), name.end(),
                                       [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool is_line = value.find('\r') == std::string_view::npos &&
                         value.find('\0') == std::string_view::npos;
    if (http::is_token(name) && is_lower && is_line) {
      fields.push_back({http::str(name), http::str(value)});
    }
  }
  return fields;
}

std::size_t count(const std::vector<http::Field>& fields, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [&](const auto& f) { return view(f.name) == name; }));
}

bool connection_names(const std::vector<http::Field>& sent, std::string_view name) {
  return std::any_of(sent.begin(), sent.end(), [&](const auto& f) {
    return view(f.name) == "connection" && http::list_has_token(view(f.value), name);
  });
}

void check_framing(const std::vector<http::Field>& sent, const http::RequestHead& head,
                   const http::Request& request) {
  const std::size_t lengths = count(sent, "content-length");
  const std::size_t codings = count(sent, "transfer-encoding");
  require(lengths == 0 || codings == 0);
  require(codings == 0 || (codings == 1 && head.version == 11));
  require((codings == 1) == (request.body == http::BodyKind::Chunked));
  require((request.content_length == -1) == (codings == 1));
  require((request.content_length > 0) == (request.body == http::BodyKind::Sized));
  require(lengths != 0 || request.content_length <= 0);
  require(count(sent, "host") == 1 || (count(sent, "host") == 0 && head.version == 10));
  require(request.host.empty() || http::is_valid_authority(request.host));
  require(!request.expects_continue || head.version == 11);
  if (connection_names(sent, "close")) require(!request.keep_alive);
}

void check_fields(const std::vector<http::Field>& sent, const http::RequestHead& head,
                  const http::Request& request) {
  require(request.field_count <= sent.size());
  auto origin = sent.begin();
  std::size_t lengths = 0;
  for (const http::Field& field : head.fields.first(request.field_count)) {
    const std::string_view name = view(field.name);
    // A subsequence of what was sent: nothing new, nothing moved past another.
    origin = std::find_if(origin, sent.end(),
                          [&](const auto& f) { return f.name.p == field.name.p; });
    require(origin != sent.end());
    const bool is_replaced = name == "host" && !request.target.authority.empty();
    const std::string_view value =
        is_replaced ? request.target.authority : view(origin->value);
    require(name == "content-length" || view(field.value) == value);
    lengths += name == "content-length";
    for (const char* dropped : {"connection", "keep-alive", "proxy-connection", "te",
                                "trailer", "transfer-encoding", "upgrade", "proxy"}) {
      require(name != dropped);
    }
    require(!connection_names(sent, name));
  }
  require(lengths <= 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string_view in(reinterpret_cast<const char*>(bytes), size);
  std::string_view request_line = take_line(in, '\n');
  http::RequestHead head;
  head.method = take_line(request_line, ' ');
  head.target = take_line(request_line, ' ');
  head.version = request_line == "HTTP/1.0" ? 10 : 11;
  const std::vector<http::Field> sent = fields_of(in);
  std::vector<http::Field> fields = sent;
  head.fields = fields;
  const auto request = http::judge_request(head);
  if (request) {
    check_framing(sent, head, *request);
    check_fields(sent, head, *request);
  } else {
    const unsigned status = request.error().status;
    require(status == 400 || status == 417 || status == 501);
    require(*request.error().why != '\0');
  }
  return 0;
}
