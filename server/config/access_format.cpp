#include "config/access_format.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/value.hpp"
#include "config/words.hpp"

namespace appserver::config {
namespace {

using Variable = AccessVariable;
using Escape = AccessFormat::Escape;

struct Name {
  std::string_view name;
  Variable variable;
};

constexpr std::array<Name, 25> kNames{{
    {"remote_addr", Variable::RemoteAddr},
    {"remote_user", Variable::RemoteUser},
    {"time_local", Variable::TimeLocal},
    {"time_iso8601", Variable::TimeIso8601},
    {"msec", Variable::Msec},
    {"request", Variable::Request},
    {"request_method", Variable::RequestMethod},
    {"request_uri", Variable::RequestUri},
    {"uri", Variable::Uri},
    {"args", Variable::Args},
    {"query_string", Variable::Args},
    {"server_protocol", Variable::ServerProtocol},
    {"status", Variable::Status},
    {"body_bytes_sent", Variable::BodyBytesSent},
    {"bytes_sent", Variable::BytesSent},
    {"request_length", Variable::RequestLength},
    {"request_time", Variable::RequestTime},
    {"request_id", Variable::RequestId},
    {"host", Variable::Host},
    {"scheme", Variable::Scheme},
    {"server_port", Variable::ServerPort},
    {"connection", Variable::Connection},
    {"connection_requests", Variable::ConnectionRequests},
    {"pid", Variable::Pid},
    {"app", Variable::App},
}};
constexpr Name kDurationMs{"duration_ms", Variable::DurationMs};  // of `json`
constexpr std::string_view kFieldPrefix = "http_";

constexpr std::string_view kCommon =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent";

struct Known {
  std::string_view name;
  Escape escape;
  std::string text;
};

const std::array<Known, 3>& known_formats() {
  static const std::array<Known, 3> kKnown{{
      {"combined", Escape::Text,
       std::string(kCommon) + " \"$http_referer\" \"$http_user_agent\""},
      {"common", Escape::Text, std::string(kCommon)},
      {"json", Escape::Json,
       R"({"ts":"$time_iso8601","level":"info","logger":"access","msg":"request",)"
       R"("request_id":"$request_id","remote_addr":"$remote_addr",)"
       R"("method":"$request_method","host":"$host","path":"$uri","query":"$args",)"
       R"("proto":"$server_protocol","status":$status,"bytes_in":$request_length,)"
       R"("bytes_out":$bytes_sent,"duration_ms":$duration_ms,"app":"$app",)"
       R"("worker":$pid,"referer":"$http_referer","user_agent":"$http_user_agent"})"},
  }};
  return kKnown;
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

Error unknown(const std::string& name) {
  std::vector<std::string> names;
  std::string list;
  for (const Name& known : kNames) {
    names.push_back("$" + std::string(known.name));
    list += names.back() + " ";
  }
  const std::string near = suggestion("$" + name, names);
  return usage_error("unknown variable \"$" + name + "\"" +
                     (near.empty() ? ":" : near) + " known are " + list +
                     "and $http_NAME (a request field)");
}

class Parser {
 public:
  explicit Parser(Escape escape) { format_.escape = escape; }

  Result<AccessFormat> parse(std::string_view text) {
    while (!text.empty()) {
      const std::size_t dollar = std::min(text.find('$'), text.size());
      add_text(text.substr(0, dollar));
      text.remove_prefix(dollar);
      if (text.empty()) break;
      const auto added = take_variable(text);
      if (!added) return added.error();
    }
    add_text("\n");
    return std::move(format_);
  }

 private:
  void add_text(std::string_view text) {
    if (text.empty()) return;
    if (format_.pieces.empty()) format_.pieces.emplace_back();
    format_.pieces.back().text += text;
  }

  /// `text` begins with '$'.
  Result<void> take_variable(std::string_view& text) {
    const bool braced = text.size() > 1 && text[1] == '{';
    const std::size_t begin = braced ? 2 : 1;
    std::size_t end = begin;
    while (end < text.size() && is_name_byte(text[end])) ++end;
    const bool is_closed = !braced || (end < text.size() && text[end] == '}');
    if (end == begin || !is_closed) {
      return usage_error(
          "a $ that begins no variable: write $name or ${name}; there is no way to "
          "write a plain $");
    }
    auto added = add_variable(std::string(text.substr(begin, end - begin)));
    text.remove_prefix(braced ? end + 1 : end);
    return added;
  }

  Result<void> add_variable(const std::string& name) {
    AccessPiece piece;
    const auto known =
        std::find_if(kNames.begin(), kNames.end(),
                     [&](const Name& candidate) { return candidate.name == name; });
    if (known != kNames.end()) {
      piece.variable = known->variable;
      if (piece.variable == Variable::RemoteUser)
        piece.field = field_index("authorization");
    } else if (name == kDurationMs.name) {
      piece.variable = kDurationMs.variable;
    } else if (name.size() > kFieldPrefix.size() && name.starts_with(kFieldPrefix)) {
      piece.variable = Variable::HttpField;
      piece.field = field_index(name.substr(kFieldPrefix.size()));
    } else {
      return unknown(name);
    }
    if (format_.fields.size() > AccessFormat::kMostFields ||
        ++variables_ > AccessFormat::kMostVariables) {
      return usage_error("more than " + std::to_string(AccessFormat::kMostVariables) +
                         " variables, or " + std::to_string(AccessFormat::kMostFields) +
                         " request fields");
    }
    format_.pieces.push_back(std::move(piece));
    return {};
  }

  /// $http_user_agent is the field user-agent.
  std::size_t field_index(std::string_view name) {
    std::string field = lower_case(name);
    std::replace(field.begin(), field.end(), '_', '-');
    auto& fields = format_.fields;
    const auto found = std::find(fields.begin(), fields.end(), field);
    const auto index = static_cast<std::size_t>(found - fields.begin());
    if (found == fields.end()) fields.push_back(std::move(field));
    return index;
  }

  AccessFormat format_;
  std::size_t variables_ = 0;
};

Result<void> check_text(const std::string& word) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  };
  if (word.size() > AccessFormat::kLongest) {
    return usage_error("a format is at most " + std::to_string(AccessFormat::kLongest) +
                       " bytes long");
  }
  if (std::any_of(word.begin(), word.end(), is_control)) {
    return usage_error("a format holds no control bytes; a line ends by itself");
  }
  if (word.find("%(") != std::string::npos) {
    return usage_error(
        "%(x)s is not understood here; write nginx's variables, for example "
        "$remote_addr");
  }
  if (word.find('$') != std::string::npos) return {};
  std::vector<std::string> names;
  for (const Known& known : known_formats()) names.emplace_back(known.name);
  const std::string near = suggestion(word, names);
  return usage_error(in_quotes(word) + " is not a format" +
                     (near.empty() ? ";" : near) +
                     " write combined, common, json, or a text with variables such as "
                     "$remote_addr");
}

}  // namespace

bool AccessFormat::uses(AccessVariable variable) const {
  return std::any_of(pieces.begin(), pieces.end(), [&](const AccessPiece& piece) {
    return piece.variable == variable;
  });
}

Result<AccessFormat> parse_access_format(const std::string& word) {
  constexpr std::string_view kAsJson = "escape=json ";
  for (const Known& known : known_formats()) {
    if (word == known.name) return Parser(known.escape).parse(known.text);
  }
  const auto checked = check_text(word);
  if (!checked) return checked.error();
  if (!word.starts_with(kAsJson)) return Parser(Escape::Text).parse(word);
  return Parser(Escape::Json).parse(std::string_view(word).substr(kAsJson.size()));
}

}  // namespace appserver::config
