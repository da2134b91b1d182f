// Changes the head of every answer as the configuration says; the body passes by
// without this middleware.
#include <string>

#include <gateway/sdk/middleware.hpp>

#include "field_rules.hpp"

namespace {

struct Layer {
  void head(gateway::Head& head) const {
    for (const std::string& name : rules.unset) head.remove(name);
    for (const auto& [name, value] : rules.set) head.set(name, value);
    for (const auto& [name, value] : rules.add) head.add(name, value);
    for (const auto& [name, value] : rules.missing) add_missing(head, name, value);
    if (is_https && !rules.strict_transport_security.empty()) {
      add_missing(head, "strict-transport-security", rules.strict_transport_security);
    }
  }

  static void add_missing(gateway::Head& head, std::string_view name,
                          std::string_view value) {
    if (!head.find(name)) head.add(name, value);
  }

  const FieldRules& rules;
  bool is_https;
};

class Headers {
 public:
  explicit Headers(const gateway::Host& host)
      : rules_(read_field_rules(host.config())) {}

  std::int64_t operator()(const gateway::Environ& env, gateway::Next& next) const {
    return next.through<Layer>(rules_, env.url_scheme() == "https");
  }

 private:
  FieldRules rules_;
};

}  // namespace

GATEWAY_MIDDLEWARE(middleware, Headers, 0);
