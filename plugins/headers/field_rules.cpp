#include "field_rules.hpp"

#include <algorithm>
#include <array>

#include <gateway/middleware.h>
#include <gateway/sdk/config.hpp>

namespace {

using gateway::Config;

bool is_token(std::string_view name) {  // RFC 9110 §5.6.2
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    const char small = gateway::lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

/// No control but TAB, no white space at the ends (RFC 9110 §5.5).
bool is_value(std::string_view value) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!value.empty() && (is_blank(value.front()) || is_blank(value.back()))) {
    return false;
  }
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

/// What frames the answer or belongs to the connection is the host's.
bool is_the_hosts(std::string_view name) {
  constexpr std::array<std::string_view, 10> kNames = {
      "connection", "content-length", "keep-alive", "proxy-connection",  "status",
      "te",         "trailer",        "trailers",   "transfer-encoding", "upgrade"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view other) {
    return gateway::same_name(name, other);
  });
}

void check_name(const Config& config, const std::string& name) {
  if (!is_token(name)) config.fail(Config::quoted(name) + " is not a field name");
  if (is_the_hosts(name)) config.fail(Config::quoted(name) + " belongs to the host");
}

void check(const Config& config, const FieldRules::Pairs& fields) {
  for (const auto& [name, value] : fields) {
    check_name(config, name);
    if (!is_value(value)) {
      config.fail("the value of " + Config::quoted(name) +
                  " holds a control byte, or white space at an end");
    }
  }
}

}  // namespace

FieldRules read_field_rules(std::string_view text) {
  Config config("headers", text);
  FieldRules rules;
  rules.set = config.pairs("set");
  rules.add = config.pairs("add");
  rules.unset = config.texts("unset");
  if (config.flag("security", false)) {
    rules.missing = {{"x-content-type-options", "nosniff"},
                     {"x-frame-options", "SAMEORIGIN"},
                     {"referrer-policy", "strict-origin-when-cross-origin"}};
  }
  const std::string policy = config.text("content_security_policy");
  if (!policy.empty()) rules.missing.emplace_back("content-security-policy", policy);
  rules.strict_transport_security = config.text("strict_transport_security");
  config.done();
  check(config, rules.set);
  check(config, rules.add);
  check(config, rules.missing);
  check(config, {{"strict-transport-security", rules.strict_transport_security}});
  for (const std::string& name : rules.unset) check_name(config, name);
  const std::size_t most = rules.set.size() + rules.add.size() + rules.missing.size() +
                           (rules.strict_transport_security.empty() ? 0 : 1);
  if (most > GW_FIELDS_MORE) {  // what a host has room for, whatever the app sent
    config.fail("more than " + std::to_string(GW_FIELDS_MORE) + " fields");
  }
  return rules;
}
